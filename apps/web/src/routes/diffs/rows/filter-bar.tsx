import {
  Button,
  CloseButton,
  Group,
  Popover,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  TextInput,
} from "@mantine/core";
import { IconFilter, IconFilterOff, IconSearch } from "@tabler/icons-react";
import { type Ref, useEffect, useRef, useState } from "react";
import { countText } from "../../../components/number-text.ts";
import type { ChangeFilter } from "../change-filter.ts";
import type { PatchTable } from "../explorer-props.ts";
import type { ValueCondition } from "../explorer-search.ts";
import { conditionText } from "./condition-text.ts";

const TYPED_MS = 300;

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

interface TypedTextProps {
  readonly label: string;
  readonly placeholder: string;
  readonly width: number;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly icon?: boolean;
}

/** Takes effect when typing pauses, so that not every letter is searched for. */
function TypedText({ label, placeholder, width, value, onChange, inputRef, icon = false }: TypedTextProps) {
  const [typed, setTyped] = useState(value);
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === latest.current.value) return;
    const timer = setTimeout(() => latest.current.onChange(typed), TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <TextInput
      ref={inputRef ?? null}
      size="xs"
      w={width}
      aria-label={label}
      placeholder={placeholder}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") onChange(typed);
        if (event.key === "Escape") event.currentTarget.blur();
      }}
      {...(icon ? { leftSection: <IconSearch size={14} aria-hidden /> } : {})}
      spellCheck={false}
      maxLength={1000}
    />
  );
}

interface ConditionButtonProps {
  readonly tables: readonly PatchTable[];
  readonly onAdd: (condition: ValueCondition) => void;
  readonly disabled: boolean;
}

function ConditionButton({ tables, onAdd, disabled }: ConditionButtonProps) {
  const [opened, setOpened] = useState(false);
  const [column, setColumn] = useState<string | null>(null);
  const [side, setSide] = useState<ValueCondition["side"]>("either");
  const [test, setTest] = useState<"equals" | "contains" | "null">("equals");
  const [value, setValue] = useState("");
  const columns = [...new Set(tables.flatMap((table) => table.columns.map(({ name }) => name)))];
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" shadow="md" trapFocus withinPortal>
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconFilter size={14} aria-hidden />}
          onClick={() => setOpened(!opened)}
          disabled={disabled}
        >
          Value…
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          aria-label="A condition on a value"
          onSubmit={(event) => {
            event.preventDefault();
            if (column === null) return;
            onAdd({
              column,
              side,
              test: test === "null" ? "equals" : test,
              value: test === "null" ? null : value,
            });
            setOpened(false);
            setValue("");
          }}
        >
          <Stack gap="xs" w={280}>
            <Select
              size="xs"
              label="Column"
              searchable
              data={columns}
              limit={200}
              value={column}
              onChange={setColumn}
              comboboxProps={{ withinPortal: false }}
              data-autofocus
            />
            <SegmentedControl
              size="xs"
              aria-label="Which value"
              value={side}
              onChange={(next) => setSide(next as ValueCondition["side"])}
              data={[
                { value: "either", label: "Old or new" },
                { value: "old", label: "Old" },
                { value: "new", label: "New" },
              ]}
            />
            <SegmentedControl
              size="xs"
              aria-label="Test"
              value={test}
              onChange={(next) => setTest(next as typeof test)}
              data={[
                { value: "equals", label: "equals" },
                { value: "contains", label: "contains" },
                { value: "null", label: "is NULL" },
              ]}
            />
            {test !== "null" && (
              <TextInput
                size="xs"
                label="Value"
                value={value}
                onChange={(event) => setValue(event.currentTarget.value)}
                spellCheck={false}
                maxLength={4096}
              />
            )}
            <Button
              type="submit"
              size="xs"
              disabled={column === null || (test === "contains" && value === "")}
            >
              Add the condition
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
