import { Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { counted } from "../../../components/number-text.ts";
import { type ChangeRow, cutLength, textOf } from "../change-row.ts";
import type { PatchTable } from "../explorer-props.ts";
import { FieldValue } from "./field-value.tsx";
import { UpdatedValue } from "./updated-value.tsx";

interface RowFieldsProps {
  readonly patchId: string;
  readonly row: ChangeRow;
  /** Null: the list of tables does not know it. */
  readonly table: PatchTable | null;
}

/** All columns of a row: what changed first, in the order of the table. */
export function RowFields({ patchId, row, table }: RowFieldsProps) {
  const typeOf = (name: string) => table?.columns.find((column) => column.name === name)?.type ?? "";
  const columns = inTableOrder(row.columns, table);
  return (
    <>
      <ul className="dx-fields" aria-label={row.kind === "update" ? "Changed columns" : "Columns"}>
        {columns.map((name) => (
          <li key={name} className="dx-field">
            <div className="dx-field-name">
              <bdi className="sl-mono">{name}</bdi>
              <span className="dx-field-type">{typeOf(name)}</span>
            </div>
            {row.kind === "update" ? (
              <UpdatedValue patchId={patchId} row={row} column={name} type={typeOf(name)} />
            ) : (
              <OneSide patchId={patchId} row={row} name={name} />
            )}
          </li>
        ))}
      </ul>
      {row.kind === "update" && table !== null && <EqualColumns row={row} table={table} />}
    </>
  );
}

function OneSide({ patchId, row, name }: { patchId: string; row: ChangeRow; name: string }) {
  const [texts, side] =
    row.kind === "insert" ? ([row.after, "new"] as const) : ([row.before, "old"] as const);
  const value = textOf(texts, name);
  return (
    <FieldValue
      patchId={patchId}
      n={row.n}
      side={side}
      column={name}
      value={value}
      cut={cutLength(row, side, name)}
    />
  );
}

/** Columns that are equal on both sides. A patch does not carry their values, so neither can this. */
function EqualColumns({ row, table }: { readonly row: ChangeRow; readonly table: PatchTable }) {
  const [opened, setOpened] = useState(false);
  const equal = table.columns.filter(({ name }) => !row.columns.includes(name) && !table.key.includes(name));
  if (equal.length === 0) return null;
  return (
    <section>
      <UnstyledButton className="dx-equal-toggle" aria-expanded={opened} onClick={() => setOpened(!opened)}>
        {opened ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
        {counted(equal.length, "column")} {equal.length === 1 ? "is" : "are"} equal on both sides
      </UnstyledButton>
      {opened && (
        <>
          <Text size="xs" c="dimmed" mt={4}>
            A patch carries what changes; the values of these are not part of it.
          </Text>
          <ul className="dx-equal-list">
            {equal.map(({ name, type }) => (
              <li key={name}>
                <bdi className="sl-mono">{name}</bdi> <span className="dx-field-type">{type}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function inTableOrder(columns: readonly string[], table: PatchTable | null): readonly string[] {
  if (table === null) return columns;
  const place = new Map(table.columns.map(({ name }, at) => [name, at]));
  return columns.toSorted((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
}
