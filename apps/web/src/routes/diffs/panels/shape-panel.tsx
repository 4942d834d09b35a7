import { Group, Select, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyState } from "../../../components/empty-state.tsx";
import { type ChangeKind, KIND_GLYPHS, KIND_WORDS } from "../../../components/kind-glyph.tsx";
import { countText } from "../../../components/number-text.ts";
import { LinesSkeleton, QueryBoundary } from "../../../components/query-boundary.tsx";
import type { ExplorerPanelProps } from "../explorer-props.ts";
import { ColumnProfileView } from "./column-profile.tsx";
import { changedColumns } from "./column-shares.ts";
import { type Histogram, histogramQuery } from "./panel-queries.ts";
import { StackedBars } from "./stacked-bars.tsx";
import "./panels.css";

const KINDS: readonly ChangeKind[] = ["insert", "update", "delete"];

/** Where along the key changes lie, and what they do to a column. */
export function ShapePanel({ patch, tables, filter }: ExplorerPanelProps) {
  const different = tables.tables.filter(({ state }) => state === "different");
  const [chosen, setChosen] = useState<string | null>(null);
  const [column, setColumn] = useState<string | null>(filter.column ?? null);
  const table = filter.table ?? chosen ?? different[0]?.name;
  if (table === undefined)
    return <EmptyState title="Nothing differs">There is no shape where there are no changes.</EmptyState>;
  const columns = changedColumns(tables, table);
  const shownColumn = columns.some(({ name }) => name === column) ? column : (columns[0]?.name ?? null);
  return (
    <Stack gap="lg">
      {filter.table === undefined && different.length > 1 && (
        <Select
          label="Table"
          size="xs"
          w={240}
          data={different.map(({ name }) => name)}
          value={table}
          onChange={setChosen}
          allowDeselect={false}
          searchable
        />
      )}
      <Along patchId={patch.id} table={table} filter={filter} />
      {shownColumn !== null && (
        <section aria-label={`Values of ${shownColumn}`}>
          <Group gap="sm" mb="xs">
            <Title order={2} size="h2">
              What became of
            </Title>
            <Select
              aria-label="Column"
              size="xs"
              w={240}
              data={columns.map(({ name }) => name)}
              value={shownColumn}
              onChange={setColumn}
              allowDeselect={false}
              searchable
            />
          </Group>
          <ColumnProfileView patchId={patch.id} table={table} column={shownColumn} filter={filter} />
        </section>
      )}
    </Stack>
  );
}

interface AlongProps {
  readonly patchId: string;
  readonly table: string;
  readonly filter: ExplorerPanelProps["filter"];
}

function Along({ patchId, table, filter }: AlongProps) {
  const query = useQuery(histogramQuery(patchId, { table, filter }));
  return (
    <section aria-label="Where changes lie">
      <Title order={2} size="h2" mb="xs">
        Where changes lie
      </Title>
      <QueryBoundary
        query={query}
        failed="Where changes lie could not be read"
        skeleton={<LinesSkeleton lines={1} height={164} />}
      >
        {(histogram) => <Bars histogram={histogram} />}
      </QueryBoundary>
    </section>
  );
}

function Bars({ histogram }: { readonly histogram: Histogram }) {
  const { buckets, along, exact, table } = histogram;
  const sum = (kind: ChangeKind) => buckets.reduce((total, bucket) => total + bucket[kind], 0);
  const end = (text: string | null | undefined) => text ?? "no key";
  if (KINDS.every((kind) => sum(kind) === 0))
    return (
      <Text size="sm" c="dimmed">
        {exact ? `No change of ${table} is chosen.` : "Searching…"}
      </Text>
    );
  return (
    <Stack gap="xs">
      <Group gap="lg">
        {KINDS.filter((kind) => sum(kind) > 0).map((kind) => (
          <Text key={kind} size="sm">
            <span className="dp-swatch" style={{ background: `var(--sl-${kind})` }} aria-hidden />
            <span className="sl-mono">{KIND_GLYPHS[kind]}</span> {countText(sum(kind))} {KIND_WORDS[kind]}
          </Text>
        ))}
        {!exact && (
          <Text size="sm" c="dimmed" role="status">
            Searching…
          </Text>
        )}
      </Group>
      <StackedBars
        label={`${KINDS.map((kind) => `${countText(sum(kind))} ${KIND_WORDS[kind]}`).join(", ")} along the key of ${table}`}
        ends={[end(buckets[0]?.from), end(buckets.at(-1)?.to)]}
        bars={buckets.map((bucket) => ({
          parts: KINDS.map((kind) => ({ kind, count: bucket[kind] })),
          title: `${end(bucket.from)} to ${end(bucket.to)}: ${KINDS.map((kind) => `${KIND_GLYPHS[kind]}${countText(bucket[kind])}`).join(" ")}`,
        }))}
      />
      <Text size="xs" c="dimmed">
        {along === "key"
          ? "Each bar is an equal part of the range of the key."
          : "Each bar is an equal part of the table's changes, in the order of the key."}
      </Text>
    </Stack>
  );
}
