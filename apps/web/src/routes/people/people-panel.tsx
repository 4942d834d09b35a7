import { Button, Group, Stack, Switch, Text, TextInput } from "@mantine/core";
import { IconSearch, IconUsers } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { GrantList } from "./grant-list.tsx";
import { type Person, peopleQuery } from "./people-query.ts";

const route = getRouteApi("/shell/people");

const COLUMNS: readonly ListColumn<Person>[] = [
  {
    id: "name",
    header: "Person",
    cell: ({ id, name, deactivatedAt }) => (
      <Group gap={8} wrap="nowrap">
        <PageLink to="/people/$userId" params={{ userId: id }} fw={600}>
          <bdi>{name}</bdi>
        </PageLink>
        {deactivatedAt !== null && <StateBadge state="expired" label="deactivated" />}
      </Group>
    ),
  },
  { id: "email", header: "E-mail", cell: ({ email }) => <bdi className="sl-mono">{email}</bdi> },
  { id: "grants", header: "Roles", cell: ({ grants }) => <GrantList grants={grants} /> },
  {
    id: "by",
    header: "Signs in by",
    cell: ({ hasPassword }) => (hasPassword ? "password" : "identity provider"),
  },
  { id: "last", header: "Last sign-in", cell: ({ lastSignInAt }) => <Ago at={lastSignInAt} /> },
];

/** Everybody with an account. */
export function PeoplePanel({ onInvite }: { readonly onInvite: (() => void) | null }) {
  const { find = "", ended = false } = route.useSearch();
  const navigate = route.useNavigate();
  const people = useInfiniteQuery(peopleQuery);
  const wanted = find.toLowerCase();
  const isWanted = ({ name, email, deactivatedAt }: Person) =>
    (ended || deactivatedAt === null) &&
    (name.toLowerCase().includes(wanted) || email.toLowerCase().includes(wanted));
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <TextInput
          aria-label="Find people"
          placeholder="Find by name or e-mail"
          leftSection={<IconSearch size={15} aria-hidden />}
          value={find}
          onChange={(event) => {
            const { value } = event.currentTarget;
            void navigate({
              search: (before) => ({ ...before, find: value === "" ? undefined : value }),
              replace: true,
              resetScroll: false,
            });
          }}
          w={280}
        />
        <Switch
          label="Also deactivated accounts"
          checked={ended}
          onChange={(event) => {
            const { checked } = event.currentTarget;
            void navigate({
              search: (before) => ({ ...before, ended: checked ? true : undefined }),
              replace: true,
            });
          }}
        />
      </Group>
      <PagesBoundary query={people} failed="The people could not be read">
        {(items, more) => (
          <ListTable
            label="People"
            rows={items.filter(isWanted)}
            rowKey={({ id }) => id}
            columns={COLUMNS}
            empty={
              <EmptyState
                icon={<IconUsers size={28} aria-hidden />}
                title={items.length === 0 ? "Nobody has an account yet" : "Nobody is called like that"}
                action={onInvite === null ? undefined : <Button onClick={onInvite}>Invite somebody</Button>}
              >
                {more === undefined ? null : <Text size="sm">Not all are shown yet; show more below.</Text>}
              </EmptyState>
            }
            {...(more === undefined ? {} : { more })}
          />
        )}
      </PagesBoundary>
    </Stack>
  );
}
