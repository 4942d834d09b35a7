import {
  agreeTable,
  assertFilterTables,
  CodedError,
  type FilterDocument,
  findTable,
  formatQualifiedName,
  isNamed,
  pairTables,
  suggestNames,
  type TableAgreement,
  type TablePair,
  type TableSide,
  type TableSpec,
} from "@syncline/core";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { ReadSnapshot, RowHash } from "../../ports/read-snapshot.ts";
import type { DiffOptions } from "../diff-contract.ts";
import type { DiffInput } from "../diff-endpoints.ts";
import type { OpenSides } from "./open-both.ts";
import { maskedKey, type PreparedSides, partOf } from "./prepare-sides.ts";
import { sideFilters } from "./side-filters.ts";
import { describeTable, planSide, type TableWork } from "./table-work.ts";
import { assertTolerances, tolerancesOf } from "./tolerance.ts";

export interface AgreedRun {
  readonly tables: readonly TableWork[];
  readonly hash: RowHash;
}

/** Servers sort text by its stored bytes and send it in UTF-8: only in these are both orders that of the code points. */
const BY_CODE_POINT = new Set(["UTF8", "LATIN1"]);

/** Pairs the tables and decides, before any row is read, how each is compared. */
export async function agreeRun(
  input: DiffInput,
  sides: OpenSides,
  prepared: PreparedSides,
): Promise<AgreedRun> {
  const { options } = input;
  const source = sideOf(input.source, sides.source);
  const target = sideOf(input.target, sides.target);
  const pairs = pairTables(source, target, options);
  tellLeftAlone(input, target, pairs);
  assertColumnMap(pairs, options);
  const agreements = pairs.map((pair) => agreeTable(pair, narrowing(pair, target, options)));
  assertFields(pairs, options);
  assertTolerances(agreements, options.tolerance);
  const document = options.filter as FilterDocument | null;
  if (document !== null)
    assertFilterTables(
      document,
      pairs.map((pair) => pair.target),
    );
  const hash = await agreeHash(sides, pairs);
  const settled = (await options.reconcile?.({ agreements, snapshots: sides, prepared })) ?? prepared;
  const textSorts = [sides.source, sides.target].every(({ encoding }) => BY_CODE_POINT.has(encoding));
  const tables = agreements.map((agreement, index): TableWork => {
    const parts = { hash, textSorts, filter: sideFilters(document, agreement) };
    const plans = {
      source: { ...planSide(agreement, "source", parts), ...partOf(settled.source, agreement.source) },
      target: { ...planSide(agreement, "target", parts), ...partOf(settled.target, agreement.target) },
    };
    const table = describeTable(agreement, target.tenantSchema);
    return {
      index,
      agreement: withUnproven(agreement, maskedKey(plans).unproven),
      table,
      ...plans,
      tolerances: tolerancesOf(agreement, options.tolerance),
      along: alongOf(agreement, table.patchTable.name, options),
    };
  });
  return { tables, hash };
}

const MOST_NAMES = 10;

/** Tables that only the target has are no part of the run, which people should know. */
function tellLeftAlone({ options, ctx }: DiffInput, target: TableSide, pairs: readonly TablePair[]): void {
  if (options.targetOnly !== "leave" || target.named) return;
  const paired = new Set(pairs.map((pair) => pair.target));
  const left = target.tables
    .filter((table) => !paired.has(table))
    .map(({ name }) => formatQualifiedName(name));
  const names = left.slice(0, MOST_NAMES).join(", ");
  if (left.length > 0)
    ctx.warn(
      `Left alone, because only ${target.label} has them: ${names}${left.length > MOST_NAMES ? " …" : ""}.`,
    );
}

function withUnproven(agreement: TableAgreement, sides: readonly ("source" | "target")[]): TableAgreement {
  const { key } = agreement;
  if (key === null || sides.length === 0) return agreement;
  return { ...agreement, key: { ...key, unproven: [...new Set([...key.unproven, ...sides])] } };
}

/** Places of the carried columns that every update is to hold; names that the table does not have mean nothing. */
function alongOf(agreement: TableAgreement, table: string, { carryAlong }: DiffOptions): number[] | null {
  const names = new Set([...(carryAlong?.get("*") ?? []), ...(carryAlong?.get(table) ?? [])]);
  if (names.size === 0) return null;
  return agreement.columns.flatMap(({ target }, index) => (names.has(target.name) ? [index] : []));
}

function sideOf(endpoint: Endpoint, snapshot: ReadSnapshot): TableSide {
  const { label, tenantSchema, named } = endpoint;
  return { label, tenantSchema, named: named !== null, tables: snapshot.tables };
}

function narrowing(pair: TablePair, target: TableSide, options: DiffOptions) {
  const columnMap = new Map(options.columnMap.get("*") ?? []);
  for (const [table, columns] of options.columnMap) {
    if (isNamed(pair.source.name, table)) for (const [from, to] of columns) columnMap.set(from, to);
  }
  const chosen = [...options.keys].find(
    ([table]) => isNamed(pair.target.name, table) || isNamed(pair.source.name, table),
  );
  for (const table of options.keys.keys())
    if (target.tables.length > 0 && chosen === undefined) findTable(target, table);
  return {
    columnMap,
    key: chosen?.[1] ?? null,
    fields: options.fields === null ? null : namesFor(pair, options.fields),
    ignoreFields: namesFor(pair, options.ignoreFields),
    unpaired: options.unpairedColumns ?? "refuse",
  };
}

/** Each column of `--map-column` must be there, with its partner, in a table that is compared. */
function assertColumnMap(pairs: readonly TablePair[], { columnMap }: DiffOptions): void {
  for (const [table, columns] of columnMap) {
    const meant = table === "*" ? pairs : pairs.filter((pair) => isNamed(pair.source.name, table));
    if (meant.length === 0) {
      throw new CodedError(
        "table.not_found",
        `The source's table "${table}" of --map-column is not compared.`,
        {
          hint: suggestNames(
            table,
            pairs.map((pair) => pair.source.name.name),
            "tables",
          ),
        },
      );
    }
    for (const [from, to] of columns) {
      assertColumn(
        meant.map((pair) => pair.source),
        from,
        "source",
      );
      assertColumn(
        meant.map((pair) => pair.target),
        to,
        "target",
      );
    }
  }
}

function assertColumn(tables: readonly TableSpec[], name: string, side: "source" | "target"): void {
  const known = [...new Set(tables.flatMap((table) => table.columns.map((column) => column.name)))];
  if (known.includes(name)) return;
  throw new CodedError("column.not_found", `The ${side} has no column "${name}", which --map-column names.`, {
    hint: suggestNames(name, known, "columns"),
  });
}

/** `column` counts for every table, `table.column` for one. */
function namesFor(pair: TablePair, fields: readonly string[]): Set<string> {
  const names = new Set<string>();
  for (const field of fields) {
    names.add(field);
    const dot = field.lastIndexOf(".");
    if (dot > 0 && isNamed(pair.target.name, field.slice(0, dot))) names.add(field.slice(dot + 1));
  }
  return names;
}

/** A field to compare must be a column of some table; one to ignore only where that is asked: many are defaults. */
function assertFields(pairs: readonly TablePair[], options: DiffOptions): void {
  for (const field of options.fields ?? []) {
    const columns = (pair: TablePair) => pair.target.columns.map((column) => column.name);
    if (pairs.some((pair) => columns(pair).some((name) => namesFor(pair, [field]).has(name)))) continue;
    throw new CodedError("column.not_found", `No compared table has a column "${field}".`, {
      hint: suggestNames(field, [...new Set(pairs.flatMap(columns))], "columns"),
    });
  }
  if (options.unknownIgnored === "refuse") assertIgnored(pairs, options.ignoreFields);
}

/** A name to ignore that no table has is a slip, after which a column would be written that shall stay. */
export function assertIgnored(pairs: readonly TablePair[], ignoreFields: readonly string[]): void {
  const columns = ({ source, target }: TablePair) =>
    [...target.columns, ...source.columns].map((column) => column.name);
  for (const field of ignoreFields) {
    if (pairs.some((pair) => columns(pair).some((name) => namesFor(pair, [field]).has(name)))) continue;
    throw new CodedError(
      "column.not_found",
      `No table has a column "${field}", which --ignore-fields names; nothing was written.`,
      { hint: suggestNames(field, [...new Set(pairs.flatMap(columns))], "columns") },
    );
  }
}

/** The fast hash when both servers compute the same for a known row, else sha256. */
async function agreeHash({ source, target }: OpenSides, pairs: readonly TablePair[]): Promise<RowHash> {
  const types = [...new Set(pairs.flatMap((pair) => pair.target.columns.map((column) => column.type.base)))];
  const [a, b] = await Promise.all([source.knownAnswer(types), target.knownAnswer(types)]);
  return a !== null && a === b ? "pg-record-hash-1" : "sha256-1";
}
