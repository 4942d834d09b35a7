import type { CheckedFilter, KeyList, RowClosure, RowScope, TableSpec } from "@syncline/core";
import { checkTableFilter, parseFilter } from "@syncline/core";
import { below, pick, type Random } from "./random-tables.ts";

/** A row of every table of these tests. */
export interface ScopeRow {
  readonly org: "mine" | "theirs";
  readonly id: number;
  readonly a: number | null;
  readonly b: number | null;
}

export type Column = "id" | "a" | "b";

/** The rows of one tenant, by table. */
export type ScopeRows = ReadonlyMap<string, readonly ScopeRow[]>;

const COLUMNS: readonly Column[] = ["id", "a", "b"];
const VALUES = 7;

export function randomRows(random: Random, tables: readonly string[]): Map<string, ScopeRow[]> {
  const value = () => (random() < 0.25 ? null : below(random, VALUES));
  const row = (org: ScopeRow["org"], id: number) => ({ org, id, a: value(), b: value() });
  const ids = Array.from({ length: VALUES * 2 }, (_, id) => id);
  return new Map(
    tables.map((table) => [
      table,
      (["mine", "theirs"] as const).flatMap((org) =>
        ids.filter(() => random() < 0.6).map((id) => row(org, id)),
      ),
    ]),
  );
}

export interface ScopeWorld {
  readonly random: Random;
  readonly tables: readonly string[];
  readonly specs: readonly TableSpec[];
  /** Filled while scopes are made. */
  readonly lists: Map<string, KeyList>;
}

const operators = (columns: readonly string[]) => columns.map(() => "pg_catalog.=");
const inPublic = (name: string) => ({ schema: "public", name });

export function randomScope(world: ScopeWorld, table: string, depth: number): RowScope {
  const { random, tables } = world;
  const inner = (of = table) => randomScope(world, of, depth - 1);
  const kinds =
    depth === 0
      ? ["filter", "keys", "keys", "all", "none"]
      : ["and", "or", "or", "not", "related", "related", "related", "closure", "closure", "filter", "keys"];
  switch (pick(random, kinds)) {
    case "and":
    case "or":
      return {
        kind: pick(random, ["and", "or"]),
        items: Array.from({ length: below(random, 4) }, () => inner()),
      };
    case "not":
      return { kind: "not", item: inner() };
    case "related": {
      const other = pick(random, tables);
      const [columns, otherColumns] = randomPair(random);
      return {
        kind: "related",
        table: inPublic(other),
        columns,
        otherColumns,
        operators: operators(columns),
        where: inner(other),
      };
    }
    case "closure":
      return randomClosure(world, table, inner);
    case "filter":
      return { kind: "filter", filter: randomFilter(world, table) };
    case "keys": {
      const [columns] = randomPair(random);
      const tuples = Array.from({ length: below(random, 6) }, () =>
        columns.map(() => (random() < 0.1 ? null : String(below(random, VALUES)))),
      );
      const list = `list ${world.lists.size}`;
      world.lists.set(list, { types: columns.map(() => "integer"), tuples });
      return { kind: "keys", columns, operators: operators(columns), list };
    }
    case "all":
      return { kind: "all" };
    default:
      return { kind: "none" };
  }
}

function randomPair(random: Random): [Column[], Column[]] {
  if (random() < 0.3)
    return [
      ["a", "b"],
      pick(random, [
        ["a", "b"],
        ["b", "a"],
        ["id", "b"],
      ] as Column[][]),
    ];
  return [[pick(random, COLUMNS)], [pick(random, COLUMNS)]];
}

function randomClosure(
  { random, tables }: ScopeWorld,
  table: string,
  inner: (of: string) => RowScope,
): RowScope {
  const others = tables.filter((each) => each !== table && random() < 0.6);
  const names = [table, ...others];
  const edges = Array.from({ length: below(random, 5) }, () => {
    const [fromColumns, toColumns] = randomPair(random);
    return {
      from: below(random, names.length),
      to: below(random, names.length),
      fromColumns,
      toColumns,
      operators: operators(fromColumns),
    };
  });
  const seeds = names.map((name) => ({
    name: inPublic(name),
    seed: random() < 0.4 ? ({ kind: "none" } as const) : inner(name),
  }));
  return { kind: "closure", table: 0, tables: seeds, edges };
}

function randomFilter({ random, specs }: ScopeWorld, table: string): CheckedFilter {
  const spec = specs.find(({ name }) => name.name === table);
  if (spec === undefined) throw new Error(`no table ${table}`);
  const conditions = [
    { a: { $gt: below(random, VALUES) } },
    { b: null },
    { a: { $ne: below(random, VALUES) } },
    { id: { $in: [1, 2, below(random, VALUES)] } },
  ];
  const filter = checkTableFilter(parseFilter(JSON.stringify({ where: pick(random, conditions) })), spec);
  if (filter === null) throw new Error("no filter");
  return filter;
}

/** What a scope means, row by row, of rows of one tenant. */
export class ScopeOracle {
  readonly #rows: ScopeRows;
  readonly #lists: ReadonlyMap<string, KeyList>;

  constructor(rows: ScopeRows, lists: ReadonlyMap<string, KeyList>) {
    this.#rows = rows;
    this.#lists = lists;
  }

  members(scope: RowScope, table: string): ScopeRow[] {
    return this.#of(table).filter((row) => this.#holds(scope, row));
  }

  #of(table: string): readonly ScopeRow[] {
    return this.#rows.get(table) ?? [];
  }

  #holds(scope: RowScope, row: ScopeRow): boolean {
    switch (scope.kind) {
      case "all":
        return true;
      case "none":
        return false;
      case "and":
        return scope.items.every((item) => this.#holds(item, row));
      case "or":
        return scope.items.some((item) => this.#holds(item, row));
      case "not":
        return !this.#holds(scope.item, row);
      case "filter":
        return passes(scope.filter, row);
      case "keys":
        return (this.#lists.get(scope.list)?.tuples ?? []).some((tuple) =>
          scope.columns.every(
            (column, at) => row[column as Column] !== null && String(row[column as Column]) === tuple[at],
          ),
        );
      case "related":
        return this.members(scope.where, scope.table.name).some((other) =>
          joins(row, scope.columns, other, scope.otherColumns),
        );
      case "closure":
        return this.#closure(scope).has(row);
    }
  }

  #closure({ tables, edges, table }: RowClosure): ReadonlySet<ScopeRow> {
    const reached = tables.map(({ name, seed }) => new Set(this.members(seed, name.name)));
    for (let grown = true; grown; ) {
      grown = false;
      for (const edge of edges) {
        for (const row of this.#of(tables[edge.to]?.name.name ?? "")) {
          const from = [...(reached[edge.from] ?? [])];
          if (
            reached[edge.to]?.has(row) ||
            !from.some((member) => joins(member, edge.fromColumns, row, edge.toColumns))
          )
            continue;
          reached[edge.to]?.add(row);
          grown = true;
        }
      }
    }
    return reached[table] ?? new Set();
  }
}

function joins(
  row: ScopeRow,
  columns: readonly string[],
  other: ScopeRow,
  otherColumns: readonly string[],
): boolean {
  return columns.every((column, at) => {
    const value = row[column as Column];
    return value !== null && value === other[otherColumns[at] as Column];
  });
}

function passes(filter: CheckedFilter, row: ScopeRow): boolean {
  switch (filter.kind) {
    case "not":
      return !passes(filter.item, row);
    case "and":
      return filter.items.every((item) => passes(item, row));
    case "or":
      return filter.items.some((item) => passes(item, row));
    case "null":
      return row[filter.column.name as Column] === null;
    case "any":
      return filter.values.includes(String(row[filter.column.name as Column]));
    case "compare": {
      const value = row[filter.column.name as Column];
      if (value === null) return false;
      return filter.operator === "=" ? value === Number(filter.value) : value > Number(filter.value);
    }
    default:
      throw new Error(`the oracle knows no ${filter.kind}`);
  }
}
