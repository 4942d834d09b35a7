import { createHash } from "node:crypto";
import {
  CodedError,
  type FilterDocument,
  filterToJson,
  type PatchTable,
  parseFilter,
  timestampField,
} from "@syncline/core";
import type { HighWaterMark, SourceClock } from "@syncline/engine";
import { readClock, readMarks } from "../../endpoint-registry.ts";
import type { MoveExtras } from "./copy-by-difference.ts";
import type { CopyPlan } from "./plan-copy.ts";

/** Applications write local times of any zone into columns without one: the westernmost is twelve hours behind. */
const ZONE_HOURS = 12;

/** What `--incremental` makes of a copy: the source from the last mark on, no deletes, and the next mark with the rows. */
export async function incrementalExtras(plan: CopyPlan): Promise<MoveExtras> {
  const { setting, source, target, filter, input, rules } = plan;
  if (source.kind !== "live")
    throw new CodedError("usage.invalid", "--incremental reads a database, found a directory.", {
      hint: "Leave --incremental out: files are read whole.",
    });
  const clock = await readClock(source.place);
  for (const note of clock.notes) setting.context.warn(note);
  const name = sourceName(plan);
  const marks = await readMarks(target, name);
  const fields = input.incrementalColumn === null ? rules.timestampFields : [input.incrementalColumn];
  return {
    mayDelete: false,
    rules: rules.strategy === "replace" ? { ...rules, strategy: "merge" } : rules,
    diff: { ...plan.diff, filter: fromMarks(filter, marks) },
    highWater: (tables) => nextMarks(plan, { tables, fields, clock, name }),
  };
}

/** Names everything that decides which rows a run sees, so that another run does not go on from its mark. */
function sourceName({ source, filter, input }: CopyPlan): string {
  if (source.kind !== "live") return source.place.label;
  const { connection, schema, tenantColumn } = source.place.scope;
  const { host, port, database } = connection;
  const { ignoreFields, mask, strategy, dataset } = input;
  const [mapTable, mapColumn] = [assignments(input.tableMap), assignments(input.columnMap)];
  const what = [
    { host, port, database, schema, tenantColumn },
    { mapTable, mapColumn, ignoreFields, mask, strategy, dataset },
    { filter: filter === null ? null : filterToJson(filter), column: input.incrementalColumn },
  ];
  return `${source.place.label} ${createHash("sha256").update(JSON.stringify(what)).digest("hex").slice(0, 16)}`;
}

function assignments(map: ReadonlyMap<string, string>) {
  return [...map].map(([name, value]) => ({ name, value }));
}

/** The filter with a lower bound for each table that has a mark; rows without a time are always read. */
export function fromMarks(
  filter: FilterDocument | null,
  marks: readonly HighWaterMark[],
): FilterDocument | null {
  if (marks.length === 0) return filter;
  const given = (filter === null ? {} : filterToJson(filter)) as {
    readonly where?: unknown;
    readonly tables?: Readonly<Record<string, { readonly where?: unknown }>>;
  };
  const tables = new Map(Object.entries(given.tables ?? {}));
  for (const { table, column, mark } of marks) {
    const bound = { $or: [{ [column]: { $gte: mark } }, { [column]: null }] };
    const own = tables.has(table) ? tables.get(table)?.where : given.where;
    tables.set(table, { where: own === undefined ? bound : { $and: [own, bound] } });
  }
  return parseFilter(JSON.stringify({ ...given, tables: Object.fromEntries(tables) }));
}

interface NextMarks {
  readonly tables: readonly PatchTable[];
  readonly fields: readonly string[];
  readonly clock: SourceClock;
  readonly name: string;
}

function nextMarks({ say, input }: CopyPlan, { tables, fields, clock, name }: NextMarks): HighWaterMark[] {
  const marks: HighWaterMark[] = [];
  const without: string[] = [];
  for (const table of tables) {
    const field = timestampField(table, fields);
    const mark = field === null ? null : markOf(field.type, clock.at);
    if (field === null || mark === null) without.push(table.name);
    else marks.push({ source: name, table: table.name, column: field.name, mark });
  }
  if (marks.length === 0) throw noColumn(input.incrementalColumn ?? fields.join(", "));
  if (without.length > 0)
    say(`Read whole each time, without a column that says when rows change: ${without.join(", ")}.`);
  return marks;
}

/** The clock as a literal of the column's type; null for types that hold no time. */
export function markOf(type: string, at: string): string | null {
  const base = type.replace(/\(\d+\)/, "");
  if (base === "timestamp with time zone") return `${at}Z`;
  const local = new Date(new Date(`${at}Z`).getTime() - ZONE_HOURS * 3_600_000).toISOString();
  if (base === "timestamp without time zone") return local.slice(0, 19);
  return base === "date" ? local.slice(0, 10) : null;
}

function noColumn(names: string): CodedError {
  return new CodedError(
    "column.not_found",
    `No table has a column that says when its rows change (${names}).`,
    {
      hint: "Name it with --incremental-column or timestampFields in the config, or leave --incremental out.",
    },
  );
}
