import { Button, Group, MultiSelect, Pill, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { JOB_KINDS, RUN_STATES } from "@syncline/api";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { jobQuery } from "../jobs/job-queries.ts";
import { kindName } from "../jobs/kind-words.ts";
import { type RunsSearch, runsSearch } from "./runs-search.ts";
import { SINCE, sinceOf } from "./since.ts";

const PAUSE_MS = 250;

/** Choices that people make most. */
const QUICK: readonly { readonly label: string; readonly state: RunsSearch["state"] }[] = [
  { label: "All", state: undefined },
  { label: "Going on", state: ["queued", "running", "waiting", "pausing", "paused", "cancelling"] },
  { label: "Failed", state: ["failed", "dead", "partial"] },
  { label: "Succeeded", state: ["succeeded"] },
];

interface RunFiltersProps {
  readonly search: RunsSearch;
  readonly onChange: (search: RunsSearch) => void;
}

export function RunFilters({ search, onChange }: RunFiltersProps) {
  const [text, setText] = useState(search.text ?? "");
  const input = useRef<HTMLInputElement>(null);
  const change = (next: Partial<RunsSearch>) => onChange(runsSearch.parse({ ...search, ...next }));
  const changeText = useDebouncedCallback(
    (words: string) => change({ text: words === "" ? undefined : words }),
    PAUSE_MS,
  );
  useEffect(() => setText(search.text ?? ""), [search.text]);
  useShortcuts("Runs", [{ keys: "f", label: "Find in the runs", run: () => input.current?.focus() }]);
  return (
    <Group gap="xs" mb="sm" align="flex-end" role="search" aria-label="Filter the runs">
      <Group gap={4}>
        {QUICK.map(({ label, state }) => {
          const active = JSON.stringify(state) === JSON.stringify(search.state);
          return (
            <Button
              key={label}
              size="xs"
              variant={active ? "light" : "subtle"}
              color={active ? "accent" : "gray"}
              c={active ? "var(--sl-accent-text)" : "var(--mantine-color-text)"}
              aria-pressed={active}
              onClick={() => change({ state })}
            >
              {label}
            </Button>
          );
        })}
      </Group>
      <TextInput
        ref={input}
        size="xs"
        w={220}
        aria-label="Words in the job, the source or the target"
        placeholder="Job, source or target"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          changeText(event.currentTarget.value);
        }}
      />
      <Select
        size="xs"
        w={170}
        aria-label="Kind"
        placeholder="Any kind"
        clearable
        data={JOB_KINDS.map((kind) => ({ value: kind, label: kindName(kind) }))}
        value={search.kind ?? null}
        onChange={(kind) => change({ kind: runsSearch.shape.kind.parse(kind ?? undefined) })}
      />
      <MultiSelect
        size="xs"
        w={220}
        aria-label="States"
        placeholder={search.state === undefined ? "Any state" : ""}
        clearable
        data={[...RUN_STATES]}
        value={search.state ?? []}
        onChange={(states) =>
          change({ state: states.length === 0 ? undefined : runsSearch.shape.state.parse(states) })
        }
      />
      <Select
        size="xs"
        w={150}
        aria-label="Since"
        placeholder="Of any age"
        clearable
        data={Object.entries(SINCE).map(([value, { label }]) => ({ value, label }))}
        value={search.since ?? null}
        onChange={(since) => change({ since: since === null ? undefined : sinceOf(since) })}
      />
      {search.job !== undefined && (
        <JobFilter jobId={search.job} onRemove={() => change({ job: undefined })} />
      )}
    </Group>
  );
}

function JobFilter({ jobId, onRemove }: { readonly jobId: string; readonly onRemove: () => void }) {
  const { data } = useQuery(jobQuery(jobId));
  return (
    <Pill
      size="md"
      withRemoveButton
      onRemove={onRemove}
      removeButtonProps={{ "aria-label": "Runs of all jobs", tabIndex: 0, "aria-hidden": false }}
    >
      of {data?.name ?? "one job"}
    </Pill>
  );
}
