import { Button, CloseButton, Group, Select, Stack, Switch } from "@mantine/core";
import { IconFilterOff } from "@tabler/icons-react";
import type { Ref } from "react";
import { countText } from "../../../components/number-text.ts";
import type { ChangeFilter } from "../change-filter.ts";
import type { PatchTable } from "../explorer-props.ts";
import { ConditionButton } from "./condition-button.tsx";
import { conditionText } from "./condition-text.ts";
import { TypedText } from "./typed-text.tsx";

interface FilterBarProps {
  readonly filter: ChangeFilter;
  readonly onFilter: (filter: ChangeFilter) => void;
  /** That rows may be of. */
  readonly tables: readonly PatchTable[];
  readonly searchRef: Ref<HTMLInputElement>;
  /** Null: there is nothing to choose. */
  readonly allColumns: boolean | null;
  readonly onAllColumns: (all: boolean) => void;
}

/** Which rows are shown: everything that is said here must hold, and is in the address. */
export function FilterBar(props: FilterBarProps) {
  const { filter, onFilter, tables, searchRef, allColumns, onAllColumns } = props;
  const set = (change: Partial<Record<keyof ChangeFilter, unknown>>) =>
    onFilter(
      Object.fromEntries(Object.entries({ ...filter, ...change }).filter(([, value]) => value !== undefined)),
    );
  const { values = [] } = filter;
  const filtered = [filter.table, filter.column, filter.key, filter.text, filter.values].some(
    (each) => each !== undefined,
  );
  return (
    <Stack gap={6} className="dx-filters">
      <Group gap={8} wrap="wrap">
        <TypedText
          label="Search in values"
          placeholder="Text in any value"
          width={200}
          inputRef={searchRef}
          value={filter.text ?? ""}
          onChange={(text) => set({ text: text === "" ? undefined : text })}
          icon
        />
        <TypedText
          label="Key begins with"
          placeholder="Key begins with"
          width={150}
          value={filter.key ?? ""}
          onChange={(key) => set({ key: key === "" ? undefined : key })}
        />
        <Select
          size="xs"
          w={190}
          aria-label="Updates that change this column"
          placeholder="Any changed column"
          searchable
          clearable
          data={changedColumnOptions(tables)}
          value={filter.column ?? null}
          onChange={(column) => set({ column: column ?? undefined })}
          nothingFoundMessage="No update changes such a column."
        />
        <ConditionButton
          tables={tables}
          onAdd={(condition) => set({ values: [...values, condition] })}
          disabled={values.length >= 8}
        />
        {allColumns !== null && (
          <Switch
            size="xs"
            label="All columns"
            checked={allColumns}
            onChange={(event) => onAllColumns(event.currentTarget.checked)}
          />
        )}
      </Group>
      {filtered && (
        <Group gap={6} wrap="wrap">
          <ul className="dx-chips" aria-label="Conditions">
            {filter.table !== undefined && (
              <Chip
                label={`table ${filter.table}`}
                onRemove={() => set({ table: undefined, column: undefined })}
              />
            )}
            {filter.text !== undefined && (
              <Chip label={`text ${JSON.stringify(filter.text)}`} onRemove={() => set({ text: undefined })} />
            )}
            {filter.key !== undefined && (
              <Chip label={`key ${filter.key}…`} onRemove={() => set({ key: undefined })} />
            )}
            {filter.column !== undefined && (
              <Chip label={`changes ${filter.column}`} onRemove={() => set({ column: undefined })} />
            )}
            {values.map((condition, at) => (
              <Chip
                key={at}
                label={conditionText(condition)}
                onRemove={() => {
                  const left = values.filter((_, place) => place !== at);
                  set({ values: left.length === 0 ? undefined : left });
                }}
              />
            ))}
          </ul>
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            c="var(--mantine-color-text)"
            leftSection={<IconFilterOff size={14} aria-hidden />}
            onClick={() => onFilter(filter.kinds === undefined ? {} : { kinds: filter.kinds })}
          >
            Clear filter
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Chip({ label, onRemove }: { readonly label: string; readonly onRemove: () => void }) {
  return (
    <li className="dx-chip">
      <bdi className="sl-mono">{label}</bdi>
      <CloseButton size="xs" aria-label={`Remove the condition ${label}`} onClick={onRemove} />
    </li>
  );
}

/** Columns that updates change, those that most do first. */
function changedColumnOptions(tables: readonly PatchTable[]) {
  const counts = new Map<string, number>();
  for (const { changedColumns } of tables)
    for (const { name, updates } of changedColumns) counts.set(name, (counts.get(name) ?? 0) + updates);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, updates]) => ({ value: name, label: `${name} (${countText(updates)})` }));
}
