import type { RowPart, SideKey, SidePlan } from "@syncline/engine";
import type { TableInfo } from "../catalog/table-info.ts";
import { quoteIdentifier, quoteLiteral, quoteTable } from "../sql/quote.ts";
import { formSql, keyCanonicalSql, keyOrderSql, outputText } from "./column-sql.ts";

/** Everything the statements of one table need. Columns are named by `t`. */
export interface TableSql {
  readonly plan: SidePlan;
  readonly info: TableInfo;
  /** Condition of the tenant, or null. */
  readonly tenant: string | null;
  /** Condition of the plan's scope, or null. */
  readonly scope: string | null;
  /** The plan's filter, or null. */
  readonly filter: string | null;
  /** Expressions over `t` that take the place of columns, by column. */
  readonly masks: ReadonlyMap<string, string>;
}

export function column(name: string): string {
  return `t.${quoteIdentifier(name)}`;
}

/** ONLY, because rows of child tables belong to the children; partitions belong to their root. */
export function baseTable({ info }: TableSql): string {
  const only = info.spec.kind === "table" ? "ONLY " : "";
  return `${only}${quoteTable(info.relation ?? info.spec.name)} AS t`;
}

/**
 * The rows as `t`. Where columns are masked, a derived table that looks like the relation `base`: tenant, scope and
 * filter hold inside it, over the original values, and `extra` are further expressions over these, with names.
 */
export function fromTable(sql: TableSql, base = baseTable(sql), extra: readonly string[] = []): string {
  if (sql.masks.size === 0) return base;
  const columns = sql.info.spec.columns.map(({ name }) => {
    const mask = sql.masks.get(name);
    return mask === undefined ? column(name) : `${mask} AS ${quoteIdentifier(name)}`;
  });
  const address = sql.info.hasRowAddresses ? ["t.tableoid", "t.ctid"] : [];
  return `(SELECT ${[...address, ...columns, ...extra].join(", ")} FROM ${base}${whereAll(ownConditions(sql))}) AS t`;
}

function ownConditions({ tenant, scope, filter }: TableSql): (string | null)[] {
  return [tenant, scope, filter];
}

function whereAll(conditions: readonly (string | null)[]): string {
  const given = conditions.filter((each) => each !== null);
  return given.length === 0 ? "" : ` WHERE ${given.map((each) => `(${each})`).join(" AND ")}`;
}

/**
 * The bytes that stand for a row. A key that is not compared as a whole is part of them all the same where rows have
 * one, or a bucket would not change when a row makes way for another that is alike but for the key. Always the ROW
 * keyword: `(x)` alone would not make a record.
 */
export function rowBytes({ plan }: TableSql, part: RowPart): string {
  const parts = plan.compared.map(({ name, form }) => formSql(form, column(name)));
  const { key } = plan;
  const isCompared = (name: string) => plan.compared.some((each) => each.name === name);
  const adds = key !== null && part === "keyed" && !key.columns.every(({ name }) => isCompared(name));
  const bytes = `pg_catalog.record_send(ROW(${[...parts, ...(adds ? [keyBytes(key)] : [])].join(", ")}))`;
  return plan.hash === "sha256-1" ? bytes : `ROW(${bytes})`; // made once for both hashes
}

/** The two 64-bit hashes of `row`, which `rowBytes` made. */
export function hashes(plan: SidePlan, row: string): readonly [string, string] {
  if (plan.hash === "sha256-1") return [shaPart(row, 1), shaPart(row, 9)];
  return [0, 1].map((seed) => `pg_catalog.hash_record_extended(${row}, ${seed})`) as [string, string];
}

function shaPart(bytes: string, from: number): string {
  const part = `pg_catalog.substr(pg_catalog.sha256(${bytes}), ${from}, 8)`;
  return `('x' || pg_catalog.encode(${part}, 'hex'))::pg_catalog.bit(64)::pg_catalog.int8`;
}

/** The bytes of the key as one tuple, alike for keys that are equal. */
export function keyBytes(key: SideKey): string {
  const parts = key.columns.map(({ name, form }) => keyCanonicalSql(form, column(name)));
  return `pg_catalog.record_send(ROW(${parts.join(", ")}))`;
}

/** Expressions to sort by, one or one a column. */
export function sortExpressions(key: SideKey): string[] {
  if (key.canonical) return [keyBytes(key)];
  return key.columns.map(({ name, form }) => keyOrderSql(form, column(name)));
}

/** How a stream names a row: its place in a table, or the texts that find it again. */
export function addressExpressions({ info, plan }: TableSql): string[] {
  if (info.hasRowAddresses) return ["t.tableoid", "t.ctid"];
  return [`(${jsonArray(addressTexts(plan))})::pg_catalog.text`];
}

/** A function takes no more arguments. */
const MOST_ARGUMENTS = 100;

function jsonArray(texts: readonly string[]): string {
  const pieces: string[] = [];
  for (let from = 0; from === 0 || from < texts.length; from += MOST_ARGUMENTS) {
    pieces.push(`pg_catalog.jsonb_build_array(${texts.slice(from, from + MOST_ARGUMENTS).join(", ")})`);
  }
  return pieces.join(" OPERATOR(pg_catalog.||) ");
}

export function addressTexts(plan: SidePlan): string[] {
  const names =
    plan.key === null ? plan.carried.map(({ name }) => name) : plan.key.columns.map(({ name }) => name);
  return names.map((name) => outputText(column(name)));
}

export function conditions(sql: TableSql, part: RowPart, extra: readonly string[] = []): string {
  const own = sql.masks.size === 0 ? ownConditions(sql) : [];
  return whereAll([...own, partCondition(sql.plan.key, part), segmentCondition(sql.plan, part), ...extra]);
}

/** Rows with NULL in the key are whoever's reads the part `unkeyed`. */
function segmentCondition({ key, segment }: SidePlan, part: RowPart): string | null {
  if (segment === undefined || key === null || part === "unkeyed") return null;
  const bounds = [
    ...(segment.from === null ? [] : [keyBound(key, ">=", segment.from)]),
    ...(segment.to === null ? [] : [keyBound(key, "<", segment.to)]),
  ];
  return bounds.length === 0 ? null : bounds.join(" AND ");
}

/** Compares the first columns of the key as a tuple, column by column. */
function keyBound(key: SideKey, operator: string, bound: readonly string[]): string {
  const values = bound.map((_, at) => rangeColumn(key, at));
  const literals = bound.map((text, at) => `${quoteLiteral(text)}::${boundType(key, at)}`);
  return `(${values.join(", ")}) ${operator} (${literals.join(", ")})`;
}

function partCondition(key: SideKey | null, part: RowPart): string | null {
  if (part === "all" || key === null || !key.nullable)
    return part === "unkeyed" && key !== null ? "false" : null;
  const columns = key.columns.map(({ name }) => column(name)).join(", ");
  return `pg_catalog.num_nulls(${columns}) ${part === "keyed" ? "= 0" : "> 0"}`;
}

export function keyHashBucket(key: SideKey, bits: number): string {
  return `(pg_catalog.hash_record_extended(ROW(${keyBytes(key)}), 7) & ${2 ** bits - 1})::pg_catalog.int4`;
}

export function rangeColumn(key: SideKey, index: number): string {
  const part = key.columns[index];
  if (part === undefined) throw new RangeError("no such key column");
  return keyOrderSql(part.form, column(part.name));
}

export function boundType(key: SideKey, index: number): string {
  const canonical = key.columns[index]?.form.canonical;
  return canonical?.kind === "cast" ? canonical.type : "text";
}
