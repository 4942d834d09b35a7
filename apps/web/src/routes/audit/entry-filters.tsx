import { Autocomplete, Button, Group, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { knownActions, knownSubjects } from "./audit-query.ts";
import { type AuditSearch, filterOf } from "./audit-search.ts";
import { fromLocalField, toLocalField } from "./local-time.ts";

const route = getRouteApi("/shell/audit");
const TYPING_MS = 300;
const ACTIONS = knownActions();
const SUBJECTS = knownSubjects();

const addressesQuery = queryOptions({
  queryKey: ["people", "addresses"],
  queryFn: async ({ signal }) => {
    const { items } = await api.people.listPeople({ query: { limit: 500 }, signal });
    return items.map(({ email }) => email);
  },
  staleTime: 60_000,
});

const projectsQuery = queryOptions({
  queryKey: ["projects", "slugs"],
  queryFn: async ({ signal }) => {
    const { items } = await api.access.listProjects({ query: { limit: 500 }, signal });
    return items.map(({ slug }) => slug);
  },
  staleTime: 60_000,
});

/** Which entries are shown; all of it stands in the URL. */
export function EntryFilters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const me = useMe();
  // That people are listed leaves an entry, so it waits until somebody wants to choose.
  const [choosing, setChoosing] = useState(false);
  const people = useQuery({ ...addressesQuery, enabled: choosing && me.can("people:read") });
  const projects = useQuery(projectsQuery);
  const [round, setRound] = useState(0);
  const set = useDebouncedCallback((change: Partial<AuditSearch>) => {
    void navigate({
      search: (before) => ({ ...before, ...change, entry: undefined }),
      replace: true,
      resetScroll: false,
    });
  }, TYPING_MS);
  const text = (value: string) => (value.trim() === "" ? undefined : value.trim());
  const clear = () => {
    setRound(round + 1);
    void navigate({ search: (before) => ({ tab: before.tab }), replace: true });
  };
  return (
    <Group key={round} gap="sm" align="flex-end" role="search" aria-label="Filters of the entries">
      <Autocomplete
        label="Action"
        placeholder="run.*"
        defaultValue={search.action ?? ""}
        onChange={(value) => set({ action: text(value) })}
        data={ACTIONS}
        limit={60}
        w={170}
      />
      <Autocomplete
        label="Person"
        placeholder="E-mail address"
        defaultValue={search.person ?? ""}
        onChange={(value) => set({ person: text(value) })}
        onFocus={() => setChoosing(true)}
        data={people.data ?? []}
        w={190}
      />
      <Autocomplete
        label="About a"
        placeholder="job"
        defaultValue={search.subjectKind ?? ""}
        onChange={(value) => set({ subjectKind: text(value) })}
        data={SUBJECTS}
        w={110}
      />
      <TextInput
        label="Its id"
        defaultValue={search.subjectId ?? ""}
        onChange={(event) => set({ subjectId: text(event.currentTarget.value) })}
        w={110}
        classNames={{ input: "sl-mono" }}
      />
      <Autocomplete
        label="Project"
        placeholder="all"
        defaultValue={search.project ?? ""}
        onChange={(value) => set({ project: text(value) })}
        data={projects.data ?? []}
        w={110}
      />
      <TextInput
        label="From"
        type="datetime-local"
        defaultValue={toLocalField(search.from)}
        onChange={(event) => set({ from: fromLocalField(event.currentTarget.value) })}
        w={186}
      />
      <TextInput
        label="Until"
        type="datetime-local"
        defaultValue={toLocalField(search.to)}
        onChange={(event) => set({ to: fromLocalField(event.currentTarget.value) })}
        w={186}
      />
      {Object.keys(filterOf(search)).length > 0 && (
        <Button variant="default" onClick={clear}>
          Clear
        </Button>
      )}
    </Group>
  );
}
