import { Anchor, Group, Stack, Switch, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import { LinesSkeleton } from "../../components/query-boundary.tsx";
import { type AuditEntry, auditQuery } from "./audit-query.ts";
import { filterOf } from "./audit-search.ts";
import { EntryDrawer } from "./entry-drawer.tsx";
import { EntryFilters } from "./entry-filters.tsx";
import { SubjectText } from "./subject-text.tsx";

const route = getRouteApi("/shell/audit");
const LIVE_MS = 4_000;

/** Entries, newest first; while only the newest are shown, new ones come by themselves. */
export function EntriesPanel() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = filterOf(search);
  const [live, setLive] = useState(true);
  const entries = useInfiniteQuery({
    ...auditQuery(filter),
    refetchInterval: ({ state }) =>
      live && search.entry === undefined && (state.data?.pages.length ?? 0) <= 1 ? LIVE_MS : false,
  });
  const open = (entry: number | undefined) =>
    void navigate({ search: (before) => ({ ...before, entry }), resetScroll: false });
  const columns: readonly ListColumn<AuditEntry>[] = [
    { id: "at", header: "When", width: 120, cell: ({ at }) => <Ago at={at} /> },
    {
      id: "action",
      header: "Action",
      cell: (entry) => (
        <Anchor
          component="button"
          type="button"
          inherit
          ta="left"
          className="sl-mono"
          c="var(--sl-accent-text)"
          onClick={() => open(entry.id)}
        >
          {entry.action}
        </Anchor>
      ),
    },
    { id: "actor", header: "By", cell: ({ actor }) => <span className="sl-mono">{actor}</span> },
    { id: "subject", header: "About", cell: (entry) => <SubjectText entry={entry} /> },
    {
      id: "seq",
      header: "Entry",
      align: "right",
      width: 90,
      cell: ({ seq }) => <span className="sl-mono">{seq ?? "—"}</span>,
    },
  ];
  const filtered = Object.keys(filter).length > 0;
  return (
    <Stack gap="md">
      <EntryFilters />
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          Newest first
        </Text>
        <Switch
          label="Live"
          description={(entries.data?.pages.length ?? 0) > 1 ? "waits while older ones are shown" : null}
          checked={live}
          onChange={(event) => setLive(event.currentTarget.checked)}
        />
      </Group>
      <PagesBoundary
        query={entries}
        failed="The entries could not be read"
        skeleton={<LinesSkeleton lines={14} height={38} />}
      >
        {(items, more) => (
          <>
            <ListTable
              label="Entries of the audit log"
              rows={items}
              rowKey={({ id }) => String(id)}
              columns={columns}
              empty={
                <EmptyState title={filtered ? "Nothing was done like that" : "No entries yet"}>
                  {filtered
                    ? "No entry meets all filters. Take one away, or widen the time."
                    : "Everything that changes something leaves an entry here."}
                </EmptyState>
              }
              {...(more === undefined ? {} : { more })}
            />
            <EntryDrawer
              entry={items.find(({ id }) => id === search.entry) ?? null}
              opened={search.entry !== undefined}
              onClose={() => open(undefined)}
            />
          </>
        )}
      </PagesBoundary>
    </Stack>
  );
}
