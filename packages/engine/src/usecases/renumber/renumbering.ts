import {
  CodedError,
  formatQualifiedName,
  type KeyList,
  type PairedColumn,
  type TableAgreement,
} from "@syncline/core";
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
    const tables = await renumberedTables(sides, this.#input.store);
    await this.#load();
    for (const [table, column] of tables.own) await this.#plan(sides, tables, { table, column });
    return { ...sides.prepared, source: this.#translate(sides, tables) };
  };

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
  async #plan(
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

  #translate({ snapshots, prepared }: PairedSides, tables: RenumberedTables): SidePreparation {
    const lists = new Map<string, KeyList>();
    const keyMaps = new Map<string, Map<string, string>>();
    for (const [table, columns] of tables.domains) {
      const agreement = tables.agreements.get(table);
      if (agreement === undefined) continue;
      const translated = new Map<string, string>();
      for (const [column, domain] of columns) {
        const map = this.#maps.get(domain);
        const paired = agreement.columns.find(({ target }) => target.name === column);
        if (map === undefined || map.size === 0 || paired === undefined) continue;
        assertTranslatable(prepared.source, agreement, paired);
        lists.set(listName(domain), { types: ["bigint", "bigint"], tuples: [...map] });
        translated.set(paired.source.name, listName(domain));
      }
      if (translated.size > 0) keyMaps.set(formatQualifiedName(agreement.source.name), translated);
    }
    if (lists.size > 0) snapshots.source.useKeyLists(lists);
    return { ...prepared.source, keyMaps };
  }
}

interface Allocation {
  readonly keys: readonly string[];
  readonly avoid: ReadonlySet<string>;
  readonly stale: ReadonlyMap<string, string>;
}

function listName(table: string): string {
  return `new keys of ${table}`;
}

const WHOLE_NUMBERS = new Set(["smallint", "integer", "bigint"]);

function assertTranslatable(
  { masks }: SidePreparation,
  { source }: TableAgreement,
  { source: column }: PairedColumn,
): void {
  const table = formatQualifiedName(source.name);
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
