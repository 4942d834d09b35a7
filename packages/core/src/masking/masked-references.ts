import type { ForeignKeySpec } from "../schema/foreign-key.ts";
import type { ColumnSpec, TableSpec } from "../schema/table-spec.ts";
import { formatQualifiedName, sameQualifiedName } from "../values/qualified-name.ts";
import type { MaskFindings, TableMasks } from "./check-masks.ts";
import { isCitext, maskFamily, maskLength } from "./mask-family.ts";
import type { MaskRule } from "./mask-rule.ts";

export interface ReferenceCheck {
  readonly masks: TableMasks;
  readonly tables: readonly TableSpec[];
  readonly foreignKeys: readonly ForeignKeySpec[];
}

interface Side {
  readonly about: string;
  /** Null when the table does not take part. */
  readonly column: ColumnSpec | null;
  readonly rule: MaskRule | null;
}

/** A reference matches only when both of its columns carry one rule and turn a value into the same mask. */
export function checkMaskedReferences(check: ReferenceCheck, found: MaskFindings): void {
  for (const key of check.foreignKeys) {
    key.columns.forEach((name, index) => {
      const from = sideOf(check, key.table, name);
      const to = sideOf(check, key.referenced, key.referencedColumns[index] ?? "");
      compare(key, from, to, found);
    });
  }
}

function sideOf(check: ReferenceCheck, table: TableSpec["name"], name: string): Side {
  const spec = check.tables.find((each) => sameQualifiedName(each.name, table));
  return {
    about: `${formatQualifiedName(table)}.${name}`,
    column: spec?.columns.find((each) => each.name === name) ?? null,
    rule: check.masks.get(formatQualifiedName(table))?.get(name) ?? null,
  };
}

function compare(key: ForeignKeySpec, from: Side, to: Side, { problems, warnings }: MaskFindings): void {
  if (from.rule === null && to.rule === null) return;
  if (from.rule?.kind === "null" && to.rule === null) return;
  const reference = `foreign key "${key.name}" (${from.about} → ${to.about})`;
  const missing = [from, to].find((side) => side.column === null);
  if (missing !== undefined) {
    warnings.push(
      `"${missing.about}" does not take part, so ${reference} holds only if it was masked by the same rule and key.`,
    );
    return;
  }
  if (!sameRule(from.rule, to.rule)) {
    const [bare, masked] = from.rule === null ? [from, to] : [to, from];
    problems.push(
      `Column "${bare.about}" (${bare.column?.type.name ?? ""}) must carry the same mask as "${masked.about}", because of ${reference}.`,
    );
  } else if (!sameResult(from.column as ColumnSpec, to.column as ColumnSpec, from.rule))
    problems.push(
      `Columns "${from.about}" (${from.column?.type.name ?? ""}) and "${to.about}" (${to.column?.type.name ?? ""}) get different masks for one value, because their types differ; ${reference} would break.`,
    );
}

function sameRule(a: MaskRule | null, b: MaskRule | null): boolean {
  return a !== null && b !== null && JSON.stringify(a) === JSON.stringify(b);
}

function sameResult(a: ColumnSpec, b: ColumnSpec, rule: MaskRule | null): boolean {
  const family = maskFamily(a.type);
  if (family !== maskFamily(b.type)) return false;
  if (family === "integer") return a.type.base === b.type.base;
  if (family !== "text" || rule?.kind === "keep-format") return true;
  return isCitext(a.type) === isCitext(b.type) && maskLength(a.type) === maskLength(b.type);
}
