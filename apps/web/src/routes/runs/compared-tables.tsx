import { Text } from "@mantine/core";
import { EmptyState } from "../../components/empty-state.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import {
  type ComparedSetting,
  type ComparedTable,
  changeText,
  compareDefinitions,
  compareTables,
} from "./compare-runs.ts";
import type { Run } from "./runs-query.ts";

interface Sides {
  readonly a: Run;
  readonly b: Run;
}

const countsColumn = (side: "a" | "b"): ListColumn<ComparedTable> => ({
  id: side,
  header: side.toUpperCase(),
  cell: ({ [side]: counts }) =>
    counts === null ? (
      <Text component="span" c="dimmed">
        —
      </Text>
    ) : (
      <KindCounts inserts={counts.inserted} updates={counts.updated} deletes={counts.deleted} />
    ),
});

const TABLES: readonly ListColumn<ComparedTable>[] = [
  { id: "name", header: "Table", cell: ({ name }) => <span className="sl-mono">{name}</span> },
  countsColumn("a"),
  countsColumn("b"),
  {
    id: "change",
    header: "B against A",
    align: "right",
    cell: ({ change }) => (
      <Text component="span" className="sl-mono" c={change === 0 ? "dimmed" : "var(--mantine-color-text)"}>
        {changeText(change)}
      </Text>
    ),
  },
];

export function ComparedTables({ a, b }: Sides) {
  return (
    <ListTable
      label="Tables of both runs"
      rows={compareTables(a, b)}
      rowKey={({ name }) => name}
      columns={TABLES}
      empty={<EmptyState title="No tables">Neither run came to the end of a table.</EmptyState>}
    />
  );
}

const settingColumn = (side: "a" | "b"): ListColumn<ComparedSetting> => ({
  id: side,
  header: side.toUpperCase(),
  cell: ({ [side]: value }) => (
    <Text component="span" className="sl-mono" style={{ overflowWrap: "anywhere" }}>
      {value ?? "—"}
    </Text>
  ),
});

const SETTINGS: readonly ListColumn<ComparedSetting>[] = [
  { id: "name", header: "Setting", cell: ({ name }) => name, width: 180 },
  settingColumn("a"),
  settingColumn("b"),
];

export function ComparedSettings({ a, b }: Sides) {
  return (
    <ListTable
      label="Settings that differ"
      rows={compareDefinitions(a.definition, b.definition)}
      rowKey={({ name }) => name}
      columns={SETTINGS}
      empty={<EmptyState title="The same was asked of both" />}
    />
  );
}
