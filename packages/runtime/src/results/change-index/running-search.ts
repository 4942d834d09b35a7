import { type Bits, countBits, emptyBits, hasBit, setBit } from "./bit-chunks.ts";
import { CHUNK } from "./index-schema.ts";
import type { RankSource } from "./rank-source.ts";

/** What is found, one rank after the other; asks between blocks whether to go on. */
export type Find = (from: number, goOn: (searchedTo: number) => Promise<boolean>) => AsyncIterable<number>;

const NONE = emptyBits();

/**
 * A search that goes on where it stopped, for whoever asks next, and remembers what it found: one bit a change, in
 * chunks that hold any.
 */
export class RunningSearch implements RankSource {
  readonly #find: Find;
  readonly #chunks = new Map<number, Bits>();
  #count = 0;
  #searchedTo = -1;
  #done = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(find: Find) {
    this.#find = find;
  }

  /** Found up to now. */
  get count(): number {
    return this.#count;
  }

  get isDone(): boolean {
    return this.#done;
  }

  /** Whether all up to this rank is searched. */
  hasSearched(rank: number): boolean {
    return this.#done || rank <= this.#searchedTo;
  }

  /** Searches on until `enough` or until `goOn` says that it was long enough; callers wait for each other. */
  async advance(goOn: () => Promise<boolean>, enough: () => boolean): Promise<void> {
    const before = this.#turn;
    const turn = before.then(() => this.#advance(goOn, enough));
    this.#turn = turn.catch(() => {});
    await turn;
  }

  async #advance(goOn: () => Promise<boolean>, enough: () => boolean): Promise<void> {
    if (this.#done || enough()) return;
    let stopped = false;
    for await (const rank of this.#find(this.#searchedTo + 1, async (searchedTo) => {
      this.#searchedTo = Math.max(this.#searchedTo, searchedTo);
      stopped = enough() || !(await goOn());
      return !stopped;
    })) {
      this.#add(rank);
    }
    if (!stopped) this.#done = true;
  }

  #add(rank: number): void {
    const chunk = Math.floor(rank / CHUNK);
    let bits = this.#chunks.get(chunk);
    if (bits === undefined) {
      bits = emptyBits();
      this.#chunks.set(chunk, bits);
    }
    setBit(bits, rank % CHUNK);
    this.#count += 1;
    this.#searchedTo = rank;
  }

  has(rank: number): boolean {
    return hasBit(this.bits(Math.floor(rank / CHUNK)), rank % CHUNK);
  }

  *chunks(from: number): Generator<number> {
    const first = Math.floor(from / CHUNK);
    for (const chunk of this.#chunks.keys()) if (chunk >= first) yield chunk;
  }

  bits(chunk: number): Bits {
    return this.#chunks.get(chunk) ?? NONE;
  }

  countOf(chunk: number): number {
    return countBits(this.bits(chunk));
  }
}
