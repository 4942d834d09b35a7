import { CodedError } from "@syncline/core";
import type {
  ChangeFilter,
  ChangeHistogram,
  ColumnProfile,
  HistogramInput,
  IgnorePreview,
  IndexedTable,
  PreviewIgnoreInput,
} from "../result-contract.ts";
import type { ChangeIndex } from "./change-index.ts";
import { countAlone } from "./column-overlap.ts";
import { ColumnProfiler } from "./column-profile.ts";
import { evenSample } from "./even-sample.ts";
import { ofColumn, ofKind } from "./filter-plan.ts";
import { createGiveWay, withinBudget } from "./give-way.ts";
import { IgnoreRules, ToleranceMatcher } from "./ignore-rules.ts";
import type { TableMeta } from "./index-meta.ts";
import { firstWithoutKey, type KeyBuckets, keyBuckets } from "./key-buckets.ts";
import { countKinds } from "./rank-source.ts";
import { RecentlyUsed } from "./recently-used.ts";
import { fieldsOf } from "./value-test.ts";

const TURN_MS = 5;
const MOST_BUCKETS = 60;

/** What changes have in common: which columns they change, where they lie, what a rule would make of them. */
export class ChangeInsight {
  readonly #index: ChangeIndex;
  readonly #buckets = new RecentlyUsed<KeyBuckets>(8);
  #tables: Promise<readonly IndexedTable[]> | undefined;

  constructor(index: ChangeIndex) {
    this.#index = index;
  }

  /** Worked out once: an index never changes. */
  tables(): Promise<readonly IndexedTable[]> {
    this.#tables ??= this.#allTables();
    return this.#tables;
  }

  async #allTables(): Promise<readonly IndexedTable[]> {
    const { meta, bits } = this.#index;
    const tables: IndexedTable[] = [];
    for (const each of meta.tables) {
      const alone = await countAlone(bits, each, createGiveWay(TURN_MS));
      const { table, inserts, updates, deletes, changed } = each;
      const changedColumns = changed
        .map(([place, count]) => ({
          name: table.columns[place]?.[0] ?? "",
          updates: count,
          only: alone.get(place) ?? 0,
        }))
        .sort((a, b) => b.updates - a.updates);
      tables.push({ name: table.name, key: table.key, inserts, updates, deletes, changedColumns });
    }
    return tables;
  }

  async histogram({ table, column, buckets, filter = {}, signal }: HistogramInput): Promise<ChangeHistogram> {
    if (!Number.isInteger(buckets) || buckets < 1 || buckets > MOST_BUCKETS)
      throw new CodedError("usage.invalid", `A histogram has 1 to ${MOST_BUCKETS} buckets, not ${buckets}.`);
    const narrowed = { ...filter, table };
    const { source, exact } = await this.#index.source(narrowed, signal);
    const meta = this.#index.meta.tables.find((each) => each.table.name === table);
    const profile = column === undefined ? null : await this.#profile({ table, column, filter, signal });
    if (meta === undefined) return { along: "order", exact, buckets: [], column: profile };
    const parts = this.#buckets.get(`${meta.place} ${buckets}`, () =>
      keyBuckets(this.#index.blocks, meta, buckets),
    );
    const counts = await countKinds(
      source,
      { reader: this.#index.bits, ranges: parts.buckets },
      createGiveWay(TURN_MS, signal),
    );
    return {
      along: parts.along,
      exact,
      column: profile,
      buckets: parts.buckets.map(({ fromKey, toKey }, at) => ({
        from: fromKey,
        to: toKey,
        insert: counts[at]?.insert ?? 0,
        update: counts[at]?.update ?? 0,
        delete: counts[at]?.delete ?? 0,
      })),
    };
  }

  async #profile(
    input: Omit<HistogramInput, "buckets"> & { readonly column: string },
  ): Promise<ColumnProfile> {
    const { table, column, filter = {}, signal } = input;
    const narrowed = updatesOf({ ...filter, table }, column);
    const { meta } = this.#index;
    const [, type] =
      meta.header.tables.find(({ name }) => name === table)?.columns.find(([name]) => name === column) ?? [];
    if (type === undefined)
      throw new CodedError("column.not_found", `Table "${table}" of the result has no column "${column}".`);
    const profiler = new ColumnProfiler();
    const own = meta.tables.find((each) => each.table.name === table);
    if (narrowed === null || own === undefined) return profiler.profile({ name: column, type, updates: 0 });
    const giveWay = createGiveWay(TURN_MS, signal);
    const { source } = await this.#index.source(narrowed, signal);
    const ranges = [{ from: own.firstRank, to: own.endRank }];
    const [kinds] = await countKinds(source, { reader: this.#index.bits, ranges }, giveWay);
    const updates = kinds?.update ?? 0;
    await this.#sample({ source, own, column, updates, profiler, signal });
    return profiler.profile({ name: column, type, updates });
  }

  async #sample({ source, own, column, updates, profiler, signal }: Sampled): Promise<void> {
    const goOn = withinBudget(signal);
    const place = own.table.columns.findIndex(([name]) => name === column);
    const value = (record: readonly string[], field: number | null) => {
      const text = field === null ? undefined : record[field];
      return text === undefined || text === "N" ? null : text.replace(/^(V|L\d+:)/, "");
    };
    let more = true;
    for await (const ranks of evenSample(source, updates, createGiveWay(TURN_MS, signal))) {
      for await (const { record } of this.#index.atRanks(ranks, async () => {
        more = await goOn();
        return more;
      })) {
        const fields = fieldsOf(own.table, place, record);
        profiler.add(value(record, fields.old), value(record, fields.new));
      }
      if (!more) return;
    }
  }

  async previewIgnore({ ignoreFields, tolerance, signal }: PreviewIgnoreInput): Promise<IgnorePreview> {
    const { meta } = this.#index;
    const rules = new IgnoreRules(meta.header.tables, { ignoreFields, tolerance });
    const giveWay = createGiveWay(TURN_MS, signal);
    const goOn = withinBudget(signal);
    const tables: { name: string; vanish: number; remain: number }[] = [];
    let exact = true;
    for (const each of meta.tables) {
      if (each.updates === 0) continue;
      const [certain, possible] = this.#vanishing(each, rules);
      const ranges = [{ from: each.firstRank, to: each.endRank }];
      const reader = this.#index.bits;
      const [kinds] = await countKinds(certain, { reader, ranges }, giveWay);
      let vanish = kinds?.update ?? 0;
      if (possible !== null) {
        await possible.advance(goOn, () => false);
        vanish += possible.count;
        exact &&= possible.isDone;
      }
      tables.push({ name: each.table.name, vanish, remain: each.updates - vanish });
    }
    const sum = (part: "vanish" | "remain") => tables.reduce((total, each) => total + each[part], 0);
    const notes = [...rules.notes, ...meta.tables.flatMap((each) => this.#keylessNote(each, rules))];
    return { exact, vanish: sum("vanish"), remain: sum("remain"), tables, notes };
  }

  /** Rows without a key are one another's only as a whole: what an ignored column makes alike is not told from here. */
  #keylessNote(meta: TableMeta, rules: IgnoreRules): readonly string[] {
    const ignored = [...rules.of(meta.place).ignored].map((at) => meta.table.columns[at]?.[0] ?? "");
    const first = firstWithoutKey(this.#index.blocks, meta);
    if (ignored.length === 0 || first === meta.endRank) return [];
    const names = ignored.map((name) => `"${name}"`).join(", ");
    return [
      `Rows of "${meta.table.name}" without a key may turn out alike without ${names}: such inserts and deletes would be gone as well, and are not counted here.`,
    ];
  }

  /** Updates that change nothing but ignored columns, and a search among those that hang on a tolerance. */
  #vanishing(table: TableMeta, rules: IgnoreRules) {
    const index = this.#index;
    const { ignored, tolerated } = rules.of(table.place);
    const range = { from: table.firstRank, to: table.endRank };
    const update = { ...ofKind(index.meta, "update"), ...range };
    const columns = (wanted: (place: number) => boolean) =>
      table.changed.flatMap(([place]) => (wanted(place) ? [ofColumn(table, place)] : []));
    const certain = index.ranksOf({
      ranges: [range],
      groups: [[update]],
      none: columns((place) => !ignored.has(place)),
    });
    const open = columns((place) => tolerated.has(place) && !ignored.has(place));
    if (open.length === 0) return [certain, null] as const;
    const possible = index.namedSearch(`ignore ${table.place} ${rules.name}`, () => {
      const ranks = index.ranksOf({
        ranges: [range],
        groups: [[update], open],
        none: columns((place) => !ignored.has(place) && !tolerated.has(place)),
      });
      return index.running(ranks, new ToleranceMatcher(index, table, { ignored, tolerated }));
    });
    return [certain, possible] as const;
  }
}

interface Sampled {
  readonly source: Awaited<ReturnType<ChangeIndex["source"]>>["source"];
  readonly own: TableMeta;
  readonly column: string;
  readonly updates: number;
  readonly profiler: ColumnProfiler;
  readonly signal: AbortSignal | undefined;
}

/** The filter, and that the column is changed; null: it chooses no updates. */
function updatesOf(filter: ChangeFilter, column: string): ChangeFilter | null {
  if (filter.kinds?.includes("update") === false) return null;
  return { ...filter, kinds: ["update"], columns: [...(filter.columns ?? []), column] };
}
