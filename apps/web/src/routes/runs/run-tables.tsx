import { Progress, Stack, Text, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { Count } from "../../components/count.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { countText } from "../../components/number-text.ts";
import { StateBadge } from "../../components/state-badge.tsx";
import { shareDone } from "./eta-text.ts";
import { compares } from "./run-words.ts";
import type { Run } from "./runs-query.ts";
import { type TableRow, tableRows } from "./table-rows.ts";

const SHOWN = 100;
const FILTERED_FROM = 12;

/** Each table of a run: how far it is, then what came of it. */
export function RunTables({ run }: { readonly run: Run }) {
  const [text, setText] = useState("");
  const [shown, setShown] = useState(SHOWN);
  const all = tableRows(run);
  if (all.length === 0 && run.summary === null) return null;
  const found = all.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
  const rows = found.slice(0, shown);
  return (
    <Stack component="section" gap="xs" aria-labelledby="tables">
      <Title order={2} id="tables">
        Tables
      </Title>
      {all.length >= FILTERED_FROM && (
        <TextInput
          size="xs"
          maw={280}
          placeholder="Part of a name"
          aria-label="Filter the tables"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      <ListTable
        label="Tables of the run"
        rows={rows}
        rowKey={({ name }) => name}
        columns={columnsOf(run)}
        empty={<EmptyState title="No tables">The run was about no table, or none of this name.</EmptyState>}
        {...(found.length > rows.length
          ? { more: { load: () => setShown(shown + 10 * SHOWN), loading: false } }
          : {})}
      />
    </Stack>
  );
}

function columnsOf(run: Run): readonly ListColumn<TableRow>[] {
  const ended = run.summary !== null;
  return [
    {
      id: "name",
      header: "Table",
      cell: ({ name, error }) => (
        <>
          <span className="sl-mono">{name}</span>
          {error !== null && (
            <Text size="sm" c="var(--sl-delete)">
              {error.message}
              {error.hint !== null && (
                <Text size="sm" c="dimmed" component="span">
                  {" "}
                  {error.hint}
                </Text>
              )}
            </Text>
          )}
        </>
      ),
    },
    {
      id: "phase",
      header: "State",
      width: 130,
      cell: ({ phase }) => <StateBadge state={phase ?? "queued"} />,
    },
    {
      id: "rows",
      header: "Rows",
      align: "right",
      width: 210,
      cell: ({ rows, estimatedRows, phase }) => (
        <span className="sl-mono">
          {countText(rows)}
          {phase !== "done" && phase !== "failed" && estimatedRows !== null && (
            <Text component="span" inherit c="dimmed" title="Estimated by the server's statistics">
              {" "}
              of about {countText(estimatedRows)}
            </Text>
          )}
        </span>
      ),
    },
    ended
      ? {
          id: "counts",
          header: compares(run.kind) ? "Differences" : "Written",
          width: 240,
          cell: ({ counts }) =>
            counts === null ? (
              <Text component="span" c="dimmed">
                —
              </Text>
            ) : (
              <KindCounts inserts={counts.inserted} updates={counts.updated} deletes={counts.deleted} />
            ),
        }
      : {
          id: "share",
          header: "Done",
          width: 240,
          cell: ({ name, rows, estimatedRows, phase }) => (
            <Progress
              value={phase === "done" ? 100 : (shareDone(rows, estimatedRows) ?? 0) * 100}
              size="sm"
              aria-label={`Share of ${name} that is done`}
            />
          ),
        },
    ...(ended
      ? [
          {
            id: "unchanged",
            header: "Alike",
            align: "right",
            width: 110,
            cell: ({ counts }: TableRow) => (counts === null ? "—" : <Count value={counts.unchanged} />),
          } as const,
        ]
      : []),
  ];
}
