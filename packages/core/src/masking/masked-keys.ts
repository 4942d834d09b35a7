import type { ColumnSpec, TableSpec } from "../schema/table-spec.ts";
import { formatQualifiedName } from "../values/qualified-name.ts";
import type { MaskFindings } from "./check-masks.ts";
import { maskFamily, maskLength } from "./mask-family.ts";
import type { MaskRule } from "./mask-rule.ts";

/** Hex digits below which two of a few million values would share a hash. */
const UNIQUE_DIGITS = 16;

/** Unique columns must stay unique. Several columns together may, so there it is a warning. */
export function checkMaskedKeys(
  table: TableSpec,
  rules: ReadonlyMap<string, MaskRule>,
  found: MaskFindings,
): void {
  const told = new Set<string>();
  for (const key of table.keys) {
    for (const name of key.columns) {
      const rule = rules.get(name);
      const column = table.columns.find((each) => each.name === name);
      if (rule === undefined || column === undefined || told.has(name)) continue;
      const keeps = staysUnique(rule, column);
      if (keeps === "yes") continue;
      told.add(name);
      const about = `Column "${formatQualifiedName(table.name)}.${name}" (${column.type.name}) is part of the unique key "${key.name}"`;
      if (keeps === "no" && key.columns.length === 1)
        found.problems.push(
          `${about}, and ${rule.kind} gives rows the same value; possible are ${uniqueMasks(column)}.`,
        );
      else found.warnings.push(`${about}; ${rule.kind} may give two rows the same value.`);
    }
  }
}

function uniqueMasks(column: ColumnSpec): string {
  return maskFamily(column.type) === "text" ? "hash, fake email, keep-format" : "hash";
}

function staysUnique(rule: MaskRule, column: ColumnSpec): "yes" | "no" | "perhaps" {
  switch (rule.kind) {
    case "null":
      return "yes";
    case "hash":
      return hashDigits(rule, column) >= UNIQUE_DIGITS ? "yes" : "perhaps";
    case "fake":
      return rule.of === "email" ? "yes" : "no";
    case "keep-format":
      return "perhaps";
    default:
      return rule.kind === "fixed" && rule.value === null ? "yes" : "no";
  }
}

function hashDigits(rule: Extract<MaskRule, { kind: "hash" }>, { type }: ColumnSpec): number {
  const family = maskFamily(type);
  if (family === "text") return Math.min(rule.length ?? 64, maskLength(type) ?? 64);
  return family === "bytea" ? 2 * (rule.length ?? 32) : UNIQUE_DIGITS;
}
