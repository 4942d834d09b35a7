import fc from "fast-check";
import { expect, it } from "vitest";
import type { ForeignKeySpec } from "../schema/foreign-key.ts";
import type { TableSpec } from "../schema/table-spec.ts";
import { planDataset } from "./plan-dataset.ts";
import type { RowScope } from "./row-scope.ts";

type Row = Readonly<Record<string, number | null>>;
type Data = ReadonlyMap<string, readonly Row[]>;

/** Tables `t0` (the root) to `tn`, each with an id and a column for each of its references. */
interface World {
  readonly tables: readonly TableSpec[];
  readonly foreignKeys: readonly ForeignKeySpec[];
  readonly data: Data;
  readonly roots: ReadonlySet<number>;
  readonly listed: readonly string[] | null;
}

const tableSpec = (name: string): TableSpec => ({
  name: { schema: "public", name },
  kind: "table",
  columns: [],
  keys: [],
  estimatedRows: -1,
  sizeBytes: 0,
  fingerprint: "",
});

const worlds: fc.Arbitrary<World> = fc
  .record({
    size: fc.integer({ min: 1, max: 6 }),
    edges: fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 9 }),
    values: fc.array(fc.option(fc.nat(3), { nil: null }), { minLength: 400, maxLength: 400 }),
    rows: fc.integer({ min: 1, max: 5 }),
    chosen: fc.array(fc.nat(4), { maxLength: 3 }),
    all: fc.boolean(),
  })
  .map(({ size, edges, values, rows, chosen, all }) => {
    const names = Array.from({ length: size }, (_, index) => `t${index}`);
    const foreignKeys = edges.map(
      ([from, to], index): ForeignKeySpec => ({
        name: `f${index}`,
        table: { schema: "public", name: `t${from % size}` },
        columns: [`r${index}`],
        referenced: { schema: "public", name: `t${to % size}` },
        referencedColumns: ["id"],
        operators: ["pg_catalog.="],
        onDelete: "no action",
        onUpdate: "no action",
        deferrable: false,
        matchFull: false,
        validated: true,
      }),
    );
    let next = 0;
    const data = new Map(
      names.map((name) => [
        name,
        Array.from({ length: rows }, (_, id): Row => {
          const own = foreignKeys.filter(({ table }) => table.name === name);
          const references = own.map(({ columns }) => [columns[0], values[next++ % values.length] ?? null]);
          return { id, ...(Object.fromEntries(references) as Row) };
        }),
      ]),
    );
    const tables = names.map(tableSpec);
    return {
      tables,
      foreignKeys,
      data,
      roots: new Set(chosen),
      listed: all ? null : connected(names, foreignKeys),
    };
  });

/** Only what foreign keys connect may be listed. */
function connected(names: readonly string[], keys: readonly ForeignKeySpec[]): string[] {
  const down = new Set(["t0"]);
  for (const name of down) for (const key of keys) if (key.referenced.name === name) down.add(key.table.name);
  const up = new Set(down);
  for (const name of up) for (const key of keys) if (key.table.name === name) up.add(key.referenced.name);
  return names.filter((name) => up.has(name));
}

/** The definition, row by row, without any plan: spreads until nothing changes. */
function oracle({ foreignKeys, data, roots, tables }: World) {
  const refers = (key: ForeignKeySpec, row: Row, other: Row) => row[key.columns[0] ?? ""] === other.id;
  const below = new Set(["t0"]);
  for (const name of below)
    for (const key of foreignKeys) if (key.referenced.name === name) below.add(key.table.name);
  const members = new Map(tables.map(({ name }) => [name.name, new Set<Row>()]));
  for (const row of data.get("t0") ?? []) if (roots.has(row.id as number)) members.get("t0")?.add(row);
  const spread = (into: Map<string, Set<Row>>, step: () => boolean) => {
    while (step()) void into;
  };
  spread(members, () => {
    let grown = false;
    for (const key of foreignKeys.filter(
      ({ table, referenced }) => table.name !== "t0" && below.has(referenced.name),
    ))
      for (const row of data.get(key.table.name) ?? [])
        for (const other of members.get(key.referenced.name) ?? [])
          if (refers(key, row, other) && !members.get(key.table.name)?.has(row)) {
            members.get(key.table.name)?.add(row);
            grown = true;
          }
    return grown;
  });
  const referenced = new Map(tables.map(({ name }) => [name.name, new Set<Row>()]));
  spread(referenced, () => {
    let grown = false;
    for (const key of foreignKeys) {
      const from = [...(members.get(key.table.name) ?? []), ...(referenced.get(key.table.name) ?? [])];
      for (const row of from)
        for (const other of data.get(key.referenced.name) ?? []) {
          const isNew =
            !members.get(key.referenced.name)?.has(other) && !referenced.get(key.referenced.name)?.has(other);
          if (refers(key, row, other) && isNew) {
            referenced.get(key.referenced.name)?.add(other);
            grown = true;
          }
        }
    }
    return grown;
  });
  return { members, referenced };
}

/** Evaluates a scope as its contract says. */
class Evaluator {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  rows(scope: RowScope, table: string): Set<Row> {
    return new Set((this.#world.data.get(table) ?? []).filter((row) => this.#holds(scope, row)));
  }

  #holds(scope: RowScope, row: Row): boolean {
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
      case "keys":
        return this.#world.roots.has(row.id as number);
      case "related":
        return [...this.rows(scope.where, scope.table.name)].some((other) =>
          joined(row, scope.columns, other, scope.otherColumns),
        );
      case "closure":
        return this.#closure(scope)[scope.table]?.has(row) ?? false;
      case "filter":
        throw new Error("no filters here");
    }
  }

  readonly #closures = new Map<unknown, Set<Row>[]>();

  #closure(scope: Extract<RowScope, { kind: "closure" }>): Set<Row>[] {
    const known = this.#closures.get(scope.tables);
    if (known !== undefined) return known;
    const reached = scope.tables.map(({ name, seed }) => this.rows(seed, name.name));
    for (let grown = true; grown; ) {
      grown = false;
      for (const { from, to, fromColumns, toColumns } of scope.edges)
        for (const row of this.#world.data.get(scope.tables[to]?.name.name ?? "") ?? [])
          for (const other of reached[from] ?? [])
            if (joined(row, toColumns, other, fromColumns) && !reached[to]?.has(row)) {
              reached[to]?.add(row);
              grown = true;
            }
    }
    this.#closures.set(scope.tables, reached);
    return reached;
  }
}

function joined(row: Row, columns: readonly string[], other: Row, otherColumns: readonly string[]): boolean {
  return columns.every((column, index) => {
    const value = row[column] ?? null;
    return value !== null && value === other[otherColumns[index] ?? ""];
  });
}

const ROOTS: RowScope = { kind: "keys", columns: ["id"], operators: ["pg_catalog.="], list: "roots" };

it("plans the rows of the definition, for random tables, references and rows", () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const { tables, foreignKeys, listed } = world;
      const dataset = { name: "d", root: "t0", tables: listed };
      const plan = planDataset({ dataset, tables, foreignKeys, tenantSchema: "public", roots: ROOTS });
      const wanted = oracle(world);
      const evaluator = new Evaluator(world);
      for (const { table, members, referenced } of plan.tables) {
        const { name } = table.name;
        expect(evaluator.rows(members, name)).toEqual(wanted.members.get(name));
        expect(evaluator.rows(referenced, name)).toEqual(wanted.referenced.get(name));
      }
      const planned = plan.tables.map(({ table }) => table.name.name);
      for (const [name, rows] of [...wanted.members, ...wanted.referenced])
        if (rows.size > 0) expect(planned).toContain(name);
    }),
    { numRuns: 1500, seed: Number(process.env.SYNCLINE_SEED ?? 20261) },
  );
});
