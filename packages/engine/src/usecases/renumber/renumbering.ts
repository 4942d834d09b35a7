import {
  CodedError,
  type ColumnSpec,
  formatQualifiedName,
  type KeyList,
  type PairedColumn,
  type TableAgreement,
  type TableSpec,
} from "@syncline/core";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import type { IdMapEntry, RenumberStore } from "../../ports/renumber-store.ts";
import type { PairedSides, SidePreparation } from "../diff-contract.ts";
import { type RenumberedTables, renumberedTables } from "./renumbered-tables.ts";
import { sourceKeys } from "./source-keys.ts";

export interface RenumberInput {
  readonly store: RenumberStore;
  /** Names the source and its tenant, for the id map. */
  readonly source: string;
}

/** New keys of the source's rows in the target, for one attempt. Maps are complete before the first row is compared. */
export class Renumbering {
  readonly #input: RenumberInput;
  readonly #signal: AbortSignal;
  /** By table: new key by old key. */
  readonly #maps = new Map<string, Map<string, string>>();
  readonly #fresh: IdMapEntry[] = [];
  /** Keys that rows of the source keep, by table. */
  readonly #kept = new Map<string, ReadonlySet<string>>();
  /** New keys when planning ended, by table. */
  readonly #given = new Map<string, ReadonlySet<string>>();
  #tables: RenumberedTables | null = null;

  constructor(input: RenumberInput, signal: AbortSignal) {
    this.#input = input;
    this.#signal = signal;
  }

  /** What this attempt has added, to be stored with the rows. */
  get entries(): readonly IdMapEntry[] {
    return this.#fresh;
  }

  /** For `DiffOptions`: the source's rows under the keys that they have in the target. */
  readonly reconcile = async (sides: PairedSides): Promise<PairedSides["prepared"]> => {
    await this.plan(sides);
    const { snapshots, prepared, agreements } = sides;
    const tables = agreements.map(({ source, target, columns }) => ({
      spec: source,
      target: formatQualifiedName(target.name),
      columns: new Map(columns.map((pair) => [pair.target.name, pair.source])),
    }));
    const source = this.translated({ snapshot: snapshots.source, prepared: prepared.source, tables });
    return { ...prepared, source };
  };

  /** Learns which rows have which keys, and gives new ones to those whose key is taken. */
  async plan(sides: PairedSides): Promise<void> {
    const tables = await renumberedTables(sides, this.#input.store);
    this.#tables = tables;
    await this.#load();
    for (const [table, column] of tables.own) await this.#planTable(sides, tables, { table, column });
  }

  /** Whether a row of this table can be given another key, and has none yet. */
  mayRenumber(table: string, key: string): boolean {
    if (this.#tables?.own.has(table) !== true) return false;
    this.#given.set(table, this.#given.get(table) ?? new Set(this.#mapOf(table).values()));
    return this.#given.get(table)?.has(key) !== true;
  }

  /** Gives new keys to further rows, whose keys come as they are in the source. */
  async renumber(table: string, keys: readonly string[]): Promise<void> {
    const agreement = this.#tables?.agreements.get(table);
    if (this.#tables === null || agreement === undefined || keys.length === 0) return;
    refuseReferencesFromOutside(this.#tables, table, this.#input.store.label);
    const avoid = new Set([...(this.#kept.get(table) ?? []), ...this.#mapOf(table).values()]);
    await this.#allocate(agreement, { keys, avoid, stale: new Map() });
  }

  async #load(): Promise<void> {
    this.#maps.clear();
    this.#fresh.length = 0;
    for (const { table, oldKey, newKey } of await this.#input.store.readMap(this.#input.source))
      this.#mapOf(table).set(oldKey, newKey);
  }

  #mapOf(table: string): Map<string, string> {
    const map = this.#maps.get(table) ?? new Map<string, string>();
    this.#maps.set(table, map);
    return map;
  }

  /** Gives new keys to rows whose key another row has. */
  async #planTable(
    sides: PairedSides,
    tables: RenumberedTables,
    { table, column }: { readonly table: string; readonly column: PairedColumn },
  ): Promise<void> {
    const agreement = tables.agreements.get(table);
    if (agreement === undefined) return;
    const map = this.#mapOf(table);
    const stale = await this.#forgetTaken(agreement, map);
    const given = new Set(map.values());
    const [kept, colliding] = [new Set<string>(), [] as string[]];
    const about = { column: column.source.name, signal: this.#signal };
    for await (const batch of sourceKeys(sides, agreement, about)) {
      const unmapped = batch.filter((key) => !map.has(key));
      const taken = await this.#input.store.takenElsewhere(agreement.target.name, unmapped);
      for (const key of unmapped) {
        if (taken.has(key) || given.has(key) || stale.has(key)) colliding.push(key);
        else kept.add(key);
      }
    }
    this.#kept.set(table, kept);
    if (colliding.length === 0) return;
    refuseReferencesFromOutside(tables, table, this.#input.store.label);
    await this.#allocate(agreement, { keys: colliding, avoid: new Set([...given, ...kept]), stale });
  }

  /** A key that a row was taken back from may have gone to somebody else since. */
  async #forgetTaken(
    { target }: TableAgreement,
    map: Map<string, string>,
  ): Promise<ReadonlyMap<string, string>> {
    const taken = await this.#input.store.takenElsewhere(target.name, [...map.values()]);
    const stale = new Map([...map].filter(([, newKey]) => taken.has(newKey)));
    for (const oldKey of stale.keys()) map.delete(oldKey);
    return stale;
  }

  async #allocate({ target }: TableAgreement, { keys, avoid, stale }: Allocation): Promise<void> {
    const table = formatQualifiedName(target.name);
    const map = this.#mapOf(table);
    const fresh = await this.#input.store.allocate({ table: target.name, count: keys.length, avoid });
    for (const [at, oldKey] of keys.entries()) {
      const newKey = fresh[at] ?? "";
      map.set(oldKey, newKey);
      this.#fresh.push({
        source: this.#input.source,
        table,
        oldKey,
        newKey,
        replaces: stale.get(oldKey) ?? null,
      });
    }
  }

  /** The rows of one place under their new keys; `plan` comes first. */
  translated({ snapshot, prepared, tables }: TranslatedPlace): SidePreparation {
    const lists = new Map<string, KeyList>();
    const keyMaps = new Map<string, Map<string, string>>();
    for (const { spec, target, columns } of tables) {
      const translated = new Map<string, string>();
      for (const [column, domain] of this.#tables?.domains.get(target) ?? []) {
        const map = this.#maps.get(domain);
        const own = columns.get(column);
        if (map === undefined || map.size === 0 || own === undefined) continue;
        assertTranslatable(prepared, spec, own);
        lists.set(listName(domain), { types: ["bigint", "bigint"], tuples: ascending(map) });
        translated.set(own.name, listName(domain));
      }
      if (translated.size > 0) keyMaps.set(formatQualifiedName(spec.name), translated);
    }
    if (lists.size > 0) snapshot.useKeyLists(lists);
    return { ...prepared, keyMaps };
  }
}

/** One place with its tables as the target knows them. */
export interface TranslatedPlace {
  readonly snapshot: ReadSnapshot;
  readonly prepared: SidePreparation;
  readonly tables: readonly {
    readonly spec: TableSpec;
    /** As `formatQualifiedName` has the target's table. */
    readonly target: string;
    /** The place's column by the target's. */
    readonly columns: ReadonlyMap<string, ColumnSpec>;
  }[];
}

interface Allocation {
  readonly keys: readonly string[];
  readonly avoid: ReadonlySet<string>;
  readonly stale: ReadonlyMap<string, string>;
}

function ascending(map: ReadonlyMap<string, string>): (readonly [string, string])[] {
  const numbers = [...map].map((entry) => ({ entry, number: BigInt(entry[0]) }));
  numbers.sort((a, b) => (a.number < b.number ? -1 : a.number > b.number ? 1 : 0));
  return numbers.map(({ entry }) => entry);
}

function listName(table: string): string {
  return `new keys of ${table}`;
}

const WHOLE_NUMBERS = new Set(["smallint", "integer", "bigint"]);

function assertTranslatable({ masks }: SidePreparation, spec: TableSpec, column: ColumnSpec): void {
  const table = formatQualifiedName(spec.name);
  const isMasked = masks.get(table)?.has(column.name) === true;
  if (!isMasked && WHOLE_NUMBERS.has(column.type.base)) return;
  const what = isMasked ? "is masked" : `is of type ${column.type.name}`;
  throw new CodedError(
    "renumber.required",
    `Column "${column.name}" of table "${table}" needs other keys, but it ${what}.`,
    {
      hint: isMasked ? "Leave the column out of the mask." : "Only whole numbers can be renumbered.",
      details: { table, column: column.name },
    },
  );
}

/** References that take no part would stay as they are. */
function refuseReferencesFromOutside(
  { agreements, foreignKeys }: RenumberedTables,
  table: string,
  label: string,
): void {
  const left = foreignKeys.find(
    (key) => formatQualifiedName(key.referenced) === table && !agreements.has(formatQualifiedName(key.table)),
  );
  if (left === undefined) return;
  const from = formatQualifiedName(left.table);
  throw new CodedError(
    "renumber.required",
    `Rows of table "${table}" of "${label}" need other keys, but "${from}", which refers to them, takes no part.`,
    { hint: `Move "${from}" along.`, details: { table, constraint: left.name, referencing: from } },
  );
}
