import type { DatabaseSync } from "node:sqlite";
import type { PatchTable } from "@syncline/core";
import type { ChangeFilter } from "../result-contract.ts";
import { BlockCandidates } from "./block-candidates.ts";
import { beginningOf, isCut } from "./block-codec.ts";
import type { Block, BlockReader } from "./block-reader.ts";
import { FIRST_VALUE } from "./change-record.ts";
import { foldCase } from "./text-grams.ts";
import { type Placed, ValueTest } from "./value-test.ts";

/** What has to be looked for in the changes themselves, since no bits tell it. */
export interface ChangeMatcher {
  /** Blocks from `first` on that may hold any. */
  blocks(first: number): Iterable<number>;
  /** Whether it is worth looking at the block's changes. */
  mayBeIn(block: Block): boolean;
  accepts(placed: Placed, block: Block): boolean;
}

/** Whether bits alone do not tell what a filter chooses. */
export function isSearched({ text, values }: ChangeFilter): boolean {
  return text !== undefined || values !== undefined;
}

export interface ChangeSearchOptions {
  readonly database: DatabaseSync;
  readonly reader: BlockReader;
  readonly blocks: number;
  /** By place in the header. */
  readonly tables: ReadonlyMap<number, PatchTable>;
  readonly filter: ChangeFilter;
}

/** A text within any value, and conditions on the values of columns. */
export class ChangeSearch implements ChangeMatcher {
  readonly #reader: BlockReader;
  readonly #candidates: BlockCandidates;
  readonly #folded: string | null;
  readonly #texts: readonly string[];
  readonly #tests: ReadonlyMap<number, readonly ValueTest[]>;

  constructor({ database, reader, blocks, tables, filter: { text, values = [] } }: ChangeSearchOptions) {
    this.#reader = reader;
    this.#folded = text === undefined ? null : foldCase(text);
    const texts = [text ?? "", ...values.map(({ value }) => value ?? "")];
    this.#candidates = new BlockCandidates(database, { texts, blocks });
    this.#texts = texts.map(foldCase).filter((each) => each !== "");
    this.#tests = new Map(
      [...tables].map(([place, table]) => [place, values.map((each) => new ValueTest(table, each))]),
    );
  }

  blocks(first: number): Iterable<number> {
    return this.#candidates.from(first);
  }

  mayBeIn(block: Block): boolean {
    if (this.#texts.length === 0 || block.text.includes("\0L")) return true;
    const folded = foldCase(block.text);
    return this.#texts.every((text) => folded.includes(text));
  }

  accepts(placed: Placed, { table }: Block): boolean {
    const tests = this.#tests.get(table) ?? [];
    return tests.every((test) => test.accepts(placed, this.#reader)) && this.#holdsText(placed);
  }

  #holdsText({ record, rank }: Placed): boolean {
    const folded = this.#folded;
    if (folded === null) return true;
    for (let field = FIRST_VALUE; field < record.length; field += 1) {
      const value = record[field] ?? "N";
      if (value === "N") continue;
      const shown = isCut(value) ? beginningOf(value).value : value;
      if (foldCase(shown).includes(folded, 1)) return true;
      if (isCut(value) && foldCase(this.#reader.longValue(rank, field)).includes(folded, 1)) return true;
    }
    return false;
  }
}
