import { ActionIcon, Autocomplete, Button, Group, Input, Stack, TagsInput, Text } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useJobForm } from "./form-controller.ts";
import type { NamedText, TableKey } from "./job-form.ts";

interface RowsFrameProps {
  readonly label: string;
  readonly help: ReactNode;
  readonly error: string | undefined;
  readonly add: string;
  readonly onAdd: () => void;
  readonly children: ReactNode;
}

function RowsFrame({ label, help, error, add, onAdd, children }: RowsFrameProps) {
  return (
    <Stack gap={6} role="group" aria-label={label}>
      <div>
        <Input.Label component="div">{label}</Input.Label>
        <Input.Description>{help}</Input.Description>
      </div>
      {children}
      {error !== undefined && <Input.Error>{error}</Input.Error>}
      <Group>
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<IconPlus size={12} aria-hidden />}
          onClick={onAdd}
        >
          {add}
        </Button>
      </Group>
    </Stack>
  );
}

interface PairsFieldProps {
  readonly name: "mapTable" | "mapColumn" | "tolerance";
  readonly label: string;
  readonly help: ReactNode;
  readonly heads: readonly [string, string];
  readonly placeholders: readonly [string, string];
  readonly suggestions: readonly [readonly string[], readonly string[]];
  readonly between: string;
}

/** A map as rows of two texts. */
export function PairsField({
  name,
  label,
  help,
  heads,
  placeholders,
  suggestions,
  between,
}: PairsFieldProps) {
  const { form, set, problem } = useJobForm();
  const rows = form[name];
  const change = (next: readonly NamedText[]) => set({ [name]: next });
  const edit = (at: number, row: Partial<NamedText>) =>
    change(rows.map((each, index) => (index === at ? { ...each, ...row } : each)));
  return (
    <RowsFrame
      label={label}
      help={help}
      error={problem(name)}
      add="Add a row"
      onAdd={() => change([...rows, { name: "", value: "" }])}
    >
      {rows.map((row, at) => (
        <Group key={at} gap={6} wrap="nowrap">
          <Autocomplete
            aria-label={`${label}, row ${at + 1}: ${heads[0]}`}
            placeholder={placeholders[0]}
            data={[...suggestions[0]]}
            limit={50}
            value={row.name}
            onChange={(value) => edit(at, { name: value })}
            classNames={{ input: "sl-mono" }}
            flex={1}
          />
          <Text component="span" c="dimmed" size="sm">
            {between}
          </Text>
          <Autocomplete
            aria-label={`${label}, row ${at + 1}: ${heads[1]}`}
            placeholder={placeholders[1]}
            data={[...suggestions[1]]}
            limit={50}
            value={row.value}
            onChange={(value) => edit(at, { value })}
            classNames={{ input: "sl-mono" }}
            flex={1}
          />
          <RemoveRow
            label={`${label}: remove row ${at + 1}`}
            onRemove={() => change(rows.toSpliced(at, 1))}
          />
        </Group>
      ))}
    </RowsFrame>
  );
}

interface KeysFieldProps {
  readonly tables: readonly string[];
  readonly columnsOf: (table: string) => readonly string[];
}

/** Columns that identify a row, by table. */
export function KeysField({ tables, columnsOf }: KeysFieldProps) {
  const { form, set, problem } = useJobForm();
  const rows = form.key;
  const change = (key: readonly TableKey[]) => set({ key });
  const edit = (at: number, row: Partial<TableKey>) =>
    change(rows.map((each, index) => (index === at ? { ...each, ...row } : each)));
  return (
    <RowsFrame
      label="Keys"
      help="Columns that identify a row, for tables that have no key of their own or shall be told apart by another one."
      error={problem("key")}
      add="Add a table"
      onAdd={() => change([...rows, { table: "", columns: [] }])}
    >
      {rows.map((row, at) => (
        <Group key={at} gap={6} wrap="nowrap" align="flex-start">
          <Autocomplete
            aria-label={`Keys, row ${at + 1}: table`}
            placeholder="table"
            data={[...tables]}
            limit={50}
            value={row.table}
            onChange={(table) => edit(at, { table })}
            classNames={{ input: "sl-mono" }}
            w={220}
          />
          <TagsInput
            aria-label={`Keys, row ${at + 1}: columns`}
            placeholder={row.columns.length === 0 ? "columns" : ""}
            data={[...columnsOf(row.table)]}
            value={[...row.columns]}
            onChange={(columns) => edit(at, { columns })}
            acceptValueOnBlur
            size="sm"
            flex={1}
            classNames={{ pill: "sl-mono" }}
          />
          <RemoveRow label={`Keys: remove row ${at + 1}`} onRemove={() => change(rows.toSpliced(at, 1))} />
        </Group>
      ))}
    </RowsFrame>
  );
}

function RemoveRow({ label, onRemove }: { readonly label: string; readonly onRemove: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={onRemove} mt={2}>
      <IconX size={14} />
    </ActionIcon>
  );
}
