import type { ColumnProfile } from "../result-contract.ts";

const PAIRS = 12;
const MOST_PAIRS = 5_000;
const SHOWN = 200;
const BINS = 24;
const NUMBER = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;

type Value = string | null;

/** What updates do to a column, told from some of them. */
export class ColumnProfiler {
  readonly #pairs = new Map<string, { readonly old: Value; readonly new: Value; count: number }>();
  readonly #differences: number[] = [];
  #sampled = 0;
  #becameNull = 0;
  #wasNull = 0;
  #whitespaceOnly = 0;
  #caseOnly = 0;

  add(old: Value, fresh: Value): void {
    this.#sampled += 1;
    this.#addPair(shown(old), shown(fresh));
    if (old === null || fresh === null) {
      if (old !== null) this.#becameNull += 1;
      if (fresh !== null) this.#wasNull += 1;
      return;
    }
    if (withoutSpace(old) === withoutSpace(fresh)) this.#whitespaceOnly += 1;
    else if (old.toLowerCase() === fresh.toLowerCase()) this.#caseOnly += 1;
    if (!NUMBER.test(old) || !NUMBER.test(fresh)) return;
    const difference = differenceOf(old, fresh);
    if (Number.isFinite(difference)) this.#differences.push(difference);
  }

  #addPair(old: Value, fresh: Value): void {
    const key = JSON.stringify([old, fresh]);
    const pair = this.#pairs.get(key);
    if (pair !== undefined) pair.count += 1;
    else if (this.#pairs.size < MOST_PAIRS) this.#pairs.set(key, { old, new: fresh, count: 1 });
  }

  profile(column: { readonly name: string; readonly type: string; readonly updates: number }): ColumnProfile {
    return {
      ...column,
      sampled: this.#sampled,
      pairs: [...this.#pairs.values()].sort((a, b) => b.count - a.count).slice(0, PAIRS),
      becameNull: this.#becameNull,
      wasNull: this.#wasNull,
      whitespaceOnly: this.#whitespaceOnly,
      caseOnly: this.#caseOnly,
      numeric: numeric(this.#differences),
    };
  }
}

const MOST_DECIMALS = 20;

/** Without what floating point adds: no more decimals than the two have. */
function differenceOf(old: string, fresh: string): number {
  const decimals = Math.max(...[old, fresh].map((text) => text.split(".")[1]?.length ?? 0));
  const difference = Number(fresh) - Number(old);
  const plain = decimals <= MOST_DECIMALS && !/e/i.test(old + fresh);
  return plain ? Number(difference.toFixed(decimals)) : difference;
}

function shown(value: Value): Value {
  if (value === null || value.length <= SHOWN) return value;
  return `${value.slice(0, SHOWN).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

function withoutSpace(text: string): string {
  return text.replace(/\s+/gu, "");
}

function numeric(differences: readonly number[]): ColumnProfile["numeric"] {
  const sorted = [...differences].sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  const size = (max - min) / BINS;
  const bins = size > 0 ? BINS : 1;
  const counts = new Array<number>(bins).fill(0);
  for (const each of sorted) {
    const at = size > 0 ? Math.min(BINS - 1, Math.floor((each - min) / size)) : 0;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const edge = (at: number) => (at === bins ? max : min + size * at);
  const buckets = counts.map((count, at) => ({ from: edge(at), to: edge(at + 1), count }));
  return { count: sorted.length, min, median, max, buckets };
}
