import type { Client } from "pg";
import { readForeignKeys } from "./foreign-keys.ts";
import { type CarriedColumn, type StagedTable, stagedValue } from "./staged-table.ts";
import type { UniqueIndex } from "./unique-indexes.ts";

/** How parked rows of a table make room for a moment. */
export interface Parking {
  readonly indexes: readonly string[];
  /** By group of updates: the columns that are parked and the values to try, in order of preference. */
  readonly groups: ReadonlyMap<number, readonly ParkedColumn[]>;
  /** Whether rows may be deleted and inserted again when no value fits. */
  readonly replaceable: boolean;
  /** Set once no value did fit. */
  replace: boolean;
}

export interface ParkedColumn {
  readonly column: CarriedColumn;
  /** SQL over `s.nth`, a number from 1 for each parked row. */
  readonly candidates: readonly string[];
}

export async function parkingOf(
  client: Client,
  table: StagedTable,
  indexes: readonly UniqueIndex[],
): Promise<Parking> {
  const groups = new Map(
    [...table.groups.keys()].map((group) => [group, parkedColumns(table, group, indexes)] as const),
  );
  const keys = await readForeignKeys(client, [table.info.oid]);
  const stored = table.info.spec.columns.filter((column) => !column.generated);
  const whole = stored.every((column) => table.columns.some((each) => each.spec.name === column.name));
  const replaceable = whole && keys.every((key) => key.parentOid !== table.info.oid);
  return { indexes: indexes.map((index) => index.name), groups, replaceable, replace: false };
}

/** Of each index one column that the group changes anyway, the one that is easiest to give a free value. */
function parkedColumns(table: StagedTable, group: number, indexes: readonly UniqueIndex[]): ParkedColumn[] {
  const chosen = new Map<CarriedColumn, ParkedColumn>();
  for (const index of indexes) {
    const options = table
      .groupColumns(group)
      .filter((column) => index.columns.includes(column.spec.name))
      .map((column) => ({ column, candidates: candidatesFor(table, column, index) }))
      .sort((a, b) => rank(a) - rank(b));
    const [best] = options;
    if (best !== undefined) chosen.set(best.column, best);
  }
  return [...chosen.values()];
}

function rank({ candidates }: ParkedColumn): number {
  if (candidates.length === 0) return 2;
  return candidates[0] === "NULL" ? 0 : 1;
}

const RANDOM = "pg_catalog.md5(s.nth::pg_catalog.text || pg_catalog.random()::pg_catalog.text)";

function candidatesFor(table: StagedTable, column: CarriedColumn, index: UniqueIndex): string[] {
  // Beyond what is there and what the patch will write.
  const used = `SELECT e.${column.quoted} AS v FROM ${table.target} e UNION ALL SELECT ${stagedValue(column, "new", "x")} FROM ${table.stage} x`;
  const ends = (step: string) => [
    `(SELECT pg_catalog.max(u.v) FROM (${used}) u) OPERATOR(pg_catalog.+) ${step}`,
    `(SELECT pg_catalog.min(u.v) FROM (${used}) u) OPERATOR(pg_catalog.-) ${step}`,
  ];
  const empty = column.spec.notNull || !index.nullsDistinct ? [] : ["NULL"];
  const { base, kind } = column.spec.type;
  if (kind === "enum" || kind === "array") return empty;
  return [...empty, ...valuesOfType(base, column, ends)];
}

function valuesOfType(base: string, column: CarriedColumn, ends: (step: string) => string[]): string[] {
  const days = "s.nth OPERATOR(pg_catalog.*) '1 day'::pg_catalog.interval";
  switch (base) {
    case "smallint":
    case "integer":
    case "bigint":
    case "numeric":
      return [...ends("s.nth"), "pg_catalog.floor(pg_catalog.random() OPERATOR(pg_catalog.*) 2000000000)"];
    case "real":
    case "double precision":
      return ends("s.nth");
    case "uuid":
      return ["pg_catalog.gen_random_uuid()"];
    case "date":
      return ends("s.nth::pg_catalog.int4");
    case "timestamp without time zone":
    case "timestamp with time zone":
      return ends(days);
    default:
      return isText(base) ? texts(`t.${column.quoted}::pg_catalog.text`) : [];
  }
}

function isText(base: string): boolean {
  return (
    ["text", "character varying", "character", "bpchar", "name"].includes(base) || base.endsWith("citext")
  );
}

/** Whole, then grown at either end, which most patterns allow, then short enough for narrow columns. */
function texts(value: string): string[] {
  return [
    RANDOM,
    `pg_catalog.left(${RANDOM}, 10) OPERATOR(pg_catalog.||) ${value}`,
    `${value} OPERATOR(pg_catalog.||) pg_catalog.left(${RANDOM}, 10)`,
    `pg_catalog.upper(pg_catalog.left(${RANDOM}, 8))`,
    ...[8, 4, 3, 2, 2, 1, 1].map((length) => `pg_catalog.left(${RANDOM}, ${length})`),
  ];
}
