import { suggestNames } from "../diff/nearest-names.ts";
import { isNamed } from "../diff/table-names.ts";
import { CodedError } from "../errors/coded-error.ts";
import type { ForeignKeySpec } from "../schema/foreign-key.ts";
import type { ColumnSpec, TableSpec } from "../schema/table-spec.ts";
import { formatQualifiedName } from "../values/qualified-name.ts";
import { checkFixedValue } from "./check-fixed-value.ts";
import { maskFamily, maskLength, needsMaskKey, possibleMasks } from "./mask-family.ts";
import type { MaskRule } from "./mask-rule.ts";
import { checkMaskedKeys } from "./masked-keys.ts";
import { checkMaskedReferences } from "./masked-references.ts";
import type { MaskRules } from "./parse-masks.ts";

export interface CheckMasksInput {
  readonly rules: MaskRules;
  /** Tables that take part, of the side whose rows are masked. */
  readonly tables: readonly TableSpec[];
  readonly foreignKeys: readonly ForeignKeySpec[];
  /** Whether tables were left out on purpose, so that rules may name others. */
  readonly partial: boolean;
}

/** Rules by `formatQualifiedName` of the table, then by column. */
export type TableMasks = ReadonlyMap<string, ReadonlyMap<string, MaskRule>>;

export interface CheckedMasks {
  readonly masks: TableMasks;
  /** Whether a rule needs the key. */
  readonly keyed: boolean;
  readonly warnings: readonly string[];
}

/** What a check finds: problems stop the run, warnings do not. */
export interface MaskFindings {
  readonly problems: string[];
  readonly warnings: string[];
}

/** Shortest column that holds a fake address which stays unique. */
export const SHORTEST_EMAIL = 25;

/**
 * Fits rules to tables: names, types, keys and references. Throws one `mask.invalid` that names every column that
 * cannot be masked so, its type and what is possible.
 */
export function checkMasks(input: CheckMasksInput): CheckedMasks {
  const found: MaskFindings = { problems: [], warnings: [] };
  const masks = new Map<string, ReadonlyMap<string, MaskRule>>();
  for (const [name, rules] of input.rules) {
    const tables = input.tables.filter((each) => isNamed(each.name, name));
    if (tables.length === 0) missingTable(input, name, found);
    for (const table of tables) {
      for (const [column, rule] of rules) checkColumn(table, column, rule, found);
      checkMaskedKeys(table, rules, found);
      masks.set(formatQualifiedName(table.name), rules);
    }
  }
  checkMaskedReferences({ ...input, masks }, found);
  if (found.problems.length > 0) throw invalid(found.problems);
  const keyed = [...masks.values()].some((rules) => [...rules.values()].some(needsMaskKey));
  return { masks, keyed, warnings: found.warnings };
}

function missingTable({ tables, partial }: CheckMasksInput, name: string, found: MaskFindings): void {
  const problem = `There is no table "${name}" among those that take part`;
  if (partial) found.warnings.push(`${problem}; its masks are not used.`);
  else
    found.problems.push(
      `${problem}. ${suggestNames(
        name,
        tables.map((each) => each.name.name),
        "tables",
      )}`,
    );
}

function checkColumn(table: TableSpec, name: string, rule: MaskRule, { problems }: MaskFindings): void {
  const about = `${formatQualifiedName(table.name)}.${name}`;
  const column = table.columns.find((each) => each.name === name);
  if (column === undefined) {
    const names = table.columns.map((each) => each.name);
    problems.push(`There is no column "${about}". ${suggestNames(name, names, "columns")}`);
    return;
  }
  const problem = problemOf(column, rule);
  if (problem !== null) problems.push(`Column "${about}" (${column.type.name}) ${problem}.`);
}

function problemOf(column: ColumnSpec, rule: MaskRule): string | null {
  if (column.generated) return "is computed from other columns; mask those";
  const clears = rule.kind === "null" || (rule.kind === "fixed" && rule.value === null);
  if (clears && column.notNull) return `takes no NULL; possible are ${possibleMasks(column).join(", ")}`;
  if (!possibleMasks(column).includes(rule.kind))
    return `cannot be masked with ${rule.kind}; possible are ${possibleMasks(column).join(", ")}`;
  if (rule.kind === "hash" && rule.length !== null && !["text", "bytea"].includes(maskFamily(column.type)))
    return "keeps its type's length; leave length out";
  const length = maskLength(column.type);
  if (rule.kind === "fake" && rule.of === "email" && length !== null && length < SHORTEST_EMAIL)
    return `is too short for an address, which needs ${SHORTEST_EMAIL} characters; use hash`;
  return rule.kind === "fixed" && rule.value !== null ? checkFixedValue(column.type, rule.value) : null;
}

function invalid(problems: readonly string[]): CodedError {
  const message =
    problems.length === 1
      ? (problems[0] ?? "")
      : `${problems.length} masks do not fit:\n${problems.join("\n")}`;
  return new CodedError("mask.invalid", message, {
    hint: "Correct the masks in the config; nothing was read yet.",
    details: { problems: problems.length },
  });
}
