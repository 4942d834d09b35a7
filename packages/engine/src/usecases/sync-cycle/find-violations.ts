import {
  type ForeignKeySpec,
  formatQualifiedName,
  type MergeConflict,
  type PatchOperation,
  type PatchRow,
  type QualifiedName,
  type RowValue,
  type TableSpec,
} from "@syncline/core";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import type { AgreedPair } from "./agree-pair.ts";
import type { SideOperations, Violations } from "./plan-cycle.ts";
import type { SideName } from "./side-run.ts";
import type { SyncCycleInput } from "./sync-contract.ts";

/** Operations that are looked at in memory; a cycle with more of them ends with the constraint's own error. */
const MOST_OPERATIONS = 200_000;

interface ViolationSearch {
  readonly input: SyncCycleInput;
  readonly pair: AgreedPair;
  readonly side: SideName;
  readonly operations: SideOperations;
}

/**
 * Rows to be written that a foreign key or a unique key of the side cannot take, because of rows that are held or that
 * both sides added. Holding them leaves a state that the side accepts.
 */
export async function findViolations(search: ViolationSearch): Promise<Violations> {
  const { input, pair, side, operations } = search;
  if (operations.count > MOST_OPERATIONS) return new Map();
  const endpoint = await input[side].openRows(pair.tables.map((table) => table[side]));
  try {
    const { signal, warn } = input.ctx;
    const locked = await endpoint.lock({ accept: () => true, connections: 1, signal, notice: warn });
    const snapshot = await locked.begin(null);
    try {
      return await new AfterState(search, snapshot).violations();
    } finally {
      await snapshot.close();
    }
  } finally {
    await endpoint.close();
  }
}

interface Write {
  readonly name: string;
  readonly key: string;
  readonly operation: PatchOperation;
  /** The constraint that it breaks; null while it is to be written. */
  broken: MergeConflict["kind"] | null;
}

interface WrittenTable {
  readonly base: string;
  readonly spec: TableSpec;
  readonly key: readonly string[];
  readonly writes: readonly Write[];
  readonly byKey: ReadonlyMap<string, Write>;
}

/** A row of the side today that has one of the values asked for. */
interface FoundRow {
  readonly key: string;
  readonly value: string;
}

class AfterState {
  readonly #search: ViolationSearch;
  readonly #snapshot: ReadSnapshot;
  readonly #tables: ReadonlyMap<string, WrittenTable>;
  #lists = 0;

  constructor(search: ViolationSearch, snapshot: ReadSnapshot) {
    this.#search = search;
    this.#snapshot = snapshot;
    this.#tables = writtenTables(search, snapshot);
  }

  async violations(): Promise<Violations> {
    const checks = [...(await this.#references()), ...(await this.#uniqueKeys())];
    for (let broke = true; broke; ) broke = checks.map((check) => check()).some((found) => found);
    const found = [...this.#tables.values()].flatMap(({ base, writes }) => {
      const broken = writes.filter((write) => write.broken !== null);
      return broken.length === 0
        ? []
        : [
            [
              base,
              new Map(
                broken.map((write) => [
                  write.name,
                  { kind: write.broken as MergeConflict["kind"], again: false },
                ]),
              ),
            ] as const,
          ];
    });
    return new Map(found);
  }

  async #references(): Promise<(() => boolean)[]> {
    const checks: (() => boolean)[] = [];
    for (const reference of this.#search.pair.foreignKeys[this.#search.side]) {
      const child = this.#tables.get(formatQualifiedName(reference.table));
      const parent = this.#tables.get(formatQualifiedName(reference.referenced));
      if (child !== undefined && parent !== undefined)
        checks.push(await this.#reference(reference, child, parent));
    }
    return checks;
  }

  async #reference(
    reference: ForeignKeySpec,
    child: WrittenTable,
    parent: WrittenTable,
  ): Promise<() => boolean> {
    const { columns, referencedColumns, operators } = reference;
    const sets = (write: Write) => gained(write.operation, columns);
    const gains = (write: Write) => gained(write.operation, referencedColumns);
    const loses = (write: Write) => lost(write.operation, referencedColumns);
    const values = valuesOf([...child.writes.map(sets), ...parent.writes.map(loses)]);
    const parents = await this.#find(parent, referencedColumns, operators, values);
    const children = await this.#find(child, columns, operators, values);
    return () =>
      brokenValues(
        values,
        (value) => {
          const hasParent =
            stands(parents, parent, value, referencedColumns) || isGained(parent, value, gains);
          if (hasParent) return [];
          const adding = active(child).filter((write) => sets(write) === value);
          const removing = active(parent).filter((write) => loses(write) === value);
          const hasChild = adding.length > 0 || stands(children, child, value, columns);
          return hasChild ? [...adding, ...removing] : [];
        },
        "missing-reference",
      );
  }

  async #uniqueKeys(): Promise<(() => boolean)[]> {
    const checks: (() => boolean)[] = [];
    for (const table of this.#tables.values())
      for (const { columns, operators } of table.spec.keys) {
        const gains = (write: Write) => gained(write.operation, columns);
        const values = valuesOf(table.writes.map(gains));
        const rows = await this.#find(table, columns, operators, values);
        checks.push(() =>
          brokenValues(
            values,
            (value) => {
              const adding = active(table).filter((write) => gains(write) === value);
              const taken = stands(rows, table, value, columns);
              return adding.length > (taken ? 0 : 1) ? adding : [];
            },
            "unique-violation",
          ),
        );
      }
    return checks;
  }

  async #find(
    { spec, key }: WrittenTable,
    columns: readonly string[],
    operators: readonly string[],
    values: ReadonlySet<string>,
  ): Promise<FoundRow[]> {
    if (values.size === 0) return [];
    this.#lists += 1;
    const list = `violations_${this.#lists}`;
    const types = columns.map(
      (name) => spec.columns.find((column) => column.name === name)?.type.base ?? "text",
    );
    const tuples = [...values].map((value) => JSON.parse(value) as RowValue[]);
    this.#snapshot.useKeyLists(new Map([[list, { types, tuples }]]));
    const rows = this.#snapshot.selectRows({
      table: spec,
      columns: [...key, ...columns],
      filter: null,
      scope: { kind: "keys", columns, operators, list },
      masks: new Map(),
    });
    const found: FoundRow[] = [];
    const { signal } = this.#search.input.ctx;
    for await (const batch of rows.texts({ order: "physical", signal }))
      for (const image of batch)
        found.push({
          key: JSON.stringify(image.slice(0, key.length)),
          value: JSON.stringify(image.slice(key.length)),
        });
    return found;
  }
}

function writtenTables(
  { pair, side, operations }: ViolationSearch,
  { tables }: ReadSnapshot,
): ReadonlyMap<string, WrittenTable> {
  const written = new Map<string, Write[]>();
  for (const { table, name, operation } of operations.each()) {
    const writes = written.get(table) ?? [];
    writes.push({ name, key: JSON.stringify([...operation.key.values()]), operation, broken: null });
    written.set(table, writes);
  }
  const found = pair.tables.flatMap((table) => {
    const spec = tables.find(({ name }) => isSame(name, table[side]));
    if (spec === undefined || table.base.key.length === 0) return [];
    const writes = (written.get(table.base.name) ?? []).filter(({ operation }) => operation.key.size > 0);
    const own = (column: string) =>
      side === "source" ? (table.sourceColumns.get(column) ?? column) : column;
    const key = table.base.key.map(own);
    const byKey = new Map(writes.map((write) => [write.key, write]));
    return [[formatQualifiedName(spec.name), { base: table.base.name, spec, key, writes, byKey }] as const];
  });
  return new Map(found);
}

const isSame = (a: QualifiedName, b: QualifiedName) => a.schema === b.schema && a.name === b.name;

const active = ({ writes }: WrittenTable) => writes.filter(({ broken }) => broken === null);

/** Whether a row of today with this value still has it afterwards. */
function stands(
  rows: readonly FoundRow[],
  { byKey }: WrittenTable,
  value: string,
  columns: readonly string[],
): boolean {
  return rows.some((row) => {
    if (row.value !== value) return false;
    const write = byKey.get(row.key);
    return write === undefined || write.broken !== null || lost(write.operation, columns) === null;
  });
}

function isGained(table: WrittenTable, value: string, gains: (write: Write) => string | null): boolean {
  return active(table).some((write) => gains(write) === value);
}

/** Marks what breaks a constraint; true when something new does. */
function brokenValues(
  values: ReadonlySet<string>,
  offenders: (value: string) => readonly Write[],
  kind: MergeConflict["kind"],
): boolean {
  let broke = false;
  for (const value of values)
    for (const write of offenders(value)) {
      write.broken = kind;
      broke = true;
    }
  return broke;
}

/** Values that a row has afterwards and had not before; null where there are none, or NULL among them. */
function gained(operation: PatchOperation, columns: readonly string[]): string | null {
  if (operation.op === "delete") return null;
  if (operation.op === "update" && !columns.some((column) => operation.new.has(column))) return null;
  return tuple(new Map([...operation.key, ...operation.new]), columns);
}

function lost(operation: PatchOperation, columns: readonly string[]): string | null {
  if (operation.op === "insert") return null;
  if (operation.op === "update" && !columns.some((column) => operation.old.has(column))) return null;
  return tuple(new Map([...operation.key, ...operation.old]), columns);
}

function tuple(row: PatchRow, columns: readonly string[]): string | null {
  const values = columns.map((column) => row.get(column) ?? null);
  return values.includes(null) ? null : JSON.stringify(values);
}

function valuesOf(values: readonly (string | null)[]): ReadonlySet<string> {
  return new Set(values.filter((value) => value !== null));
}
