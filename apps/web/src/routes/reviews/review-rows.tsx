import { Button, Group, SegmentedControl, Select, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch, IconX } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyState } from "../../components/empty-state.tsx";
import { counted } from "../../components/number-text.ts";
import { PageLink } from "../../components/page-link.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import type { PatchSummary } from "../patches/drift.ts";
import { type ChangeKind, changesQuery } from "../patches/patch-queries.ts";
import { keyStart } from "./anchor.ts";
import { ChangeRow } from "./change-row.tsx";
import { CommentButton, PlaceThreads } from "./place-threads.tsx";

export interface RowFilter {
  readonly table?: string | undefined;
  readonly kind?: ChangeKind | undefined;
  /** As comments name a row. */
  readonly key?: string | undefined;
  readonly text?: string | undefined;
}

interface ReviewRowsProps {
  readonly patchId: string;
  readonly summary: PatchSummary | null;
  readonly filter: RowFilter;
  readonly onFilter: (filter: RowFilter) => void;
  /** Deletes alone: their tab. */
  readonly only?: "delete";
}

const KINDS = [
  { value: "all", label: "All" },
  { value: "insert", label: "+" },
  { value: "update", label: "~" },
  { value: "delete", label: "−" },
] as const;

/** The changed rows, to read and to speak about. The whole set with every filter is in the explorer. */
export function ReviewRows({ patchId, summary, filter, onFilter, only }: ReviewRowsProps) {
  const { table, kind, key, text } = filter;
  const wanted = only ?? kind;
  const query = useInfiniteQuery(changesQuery({ patchId, table, kind: wanted, key: keyStart(key), text }));
  const [typed, setTyped] = useState(text ?? "");
  const search = useDebouncedCallback(
    (next: string) => onFilter({ ...filter, text: next === "" ? undefined : next }),
    300,
  );
  const tables = summary?.tables.filter((each) => only === undefined || each.deletes > 0) ?? [];
  const total = tables
    .filter(({ name }) => table === undefined || name === table)
    .reduce((sum, each) => sum + countOf(each, wanted), 0);
  return (
    <section aria-label={only === undefined ? "Changed rows" : "Deleted rows"}>
      <Group gap="xs" mb="xs" align="flex-end">
        {tables.length > 1 && (
          <Select
            aria-label="Table"
            placeholder="All tables"
            clearable
            searchable
            w={200}
            data={tables.map(({ name }) => name)}
            value={table ?? null}
            onChange={(value) => onFilter({ ...filter, table: value ?? undefined })}
          />
        )}
        {only === undefined && (
          <SegmentedControl
            aria-label="Kind of change"
            size="xs"
            data={KINDS.map(({ value, label }) => ({
              value,
              label: <span title={value === "all" ? "All" : `${value}s`}>{label}</span>,
            }))}
            value={kind ?? "all"}
            onChange={(value) =>
              onFilter({ ...filter, kind: value === "all" ? undefined : (value as ChangeKind) })
            }
          />
        )}
        <TextInput
          aria-label="Rows that hold this text"
          placeholder="Rows that hold…"
          leftSection={<IconSearch size={14} aria-hidden />}
          w={200}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            search(event.currentTarget.value);
          }}
        />
        {key !== undefined && (
          <Button variant="default" size="xs" onClick={() => onFilter({ ...filter, key: undefined })}>
            Row {key} <IconX size={13} aria-hidden style={{ marginLeft: 6 }} />
            <span className="sl-visually-hidden">, show all rows</span>
          </Button>
        )}
        <Text size="sm" c="dimmed" role="status">
          {text === undefined && key === undefined && counted(total, "row")}
        </Text>
        <PageLink
          to="/diffs/$patchId"
          params={{ patchId }}
          search={{
            ...(table === undefined ? {} : { table }),
            ...(wanted === undefined ? {} : { kind: wanted }),
          }}
          size="sm"
          ml="auto"
        >
          In the explorer
        </PageLink>
      </Group>
      {tables
        .filter(({ name }) => table === undefined || name === table)
        .map(({ name }) => (
          <TableTalk key={name} table={name} shown={table === name || tables.length === 1} />
        ))}
      <PagesBoundary query={query} failed="The rows could not be read">
        {(changes, more) =>
          changes.length === 0 ? (
            <div className="sl-card">
              <EmptyState title="No row is like that">Choose another table, kind or text.</EmptyState>
            </div>
          ) : (
            <div className="sl-card">
              <ul className="sl-changes">
                {changes.map((change) => (
                  <ChangeRow key={change.n} change={change} patchId={patchId} />
                ))}
              </ul>
              {more !== undefined && (
                <Group justify="center" p="xs" gap="sm">
                  <Button variant="default" size="xs" onClick={more.load} loading={more.loading}>
                    Show more
                  </Button>
                  <Text size="xs" c="dimmed">
                    {changes.length} shown
                  </Text>
                </Group>
              )}
            </div>
          )
        }
      </PagesBoundary>
    </section>
  );
}

/** What was said of a table as a whole, and the button to say more. */
function TableTalk({ table, shown }: { readonly table: string; readonly shown: boolean }) {
  return (
    <>
      {shown && (
        <div className="sl-table-talk">
          <span className="sl-mono">{table}</span>
          <CommentButton anchor={{ table }} />
        </div>
      )}
      <PlaceThreads anchor={{ table }} />
    </>
  );
}

function countOf(
  { inserts, updates, deletes }: PatchSummary["tables"][number],
  kind: ChangeKind | undefined,
): number {
  if (kind === undefined) return inserts + updates + deletes;
  return kind === "insert" ? inserts : kind === "update" ? updates : deletes;
}
