const FLUSH_ROWS = 1 << 20;

/**
 * Exact sum of signed 64-bit hashes, two a row. Halves are added as doubles, which stay exact for a million rows, and
 * then moved into big integers.
 */
export class HashSum {
  #count = 0;
  #pending = 0;
  readonly #high = [0, 0];
  readonly #low = [0, 0];
  readonly #sums = [0n, 0n];

  /** Adds the 16 bytes at `at`; `flip` is 0x80 where they carry flipped signs. */
  add(bytes: Uint8Array, at: number, flip: number): void {
    this.#half(0, bytes, at, flip);
    this.#half(1, bytes, at + 8, flip);
    this.#count += 1;
    this.#pending += 1;
    if (this.#pending === FLUSH_ROWS) this.#flush();
  }

  addSums(count: number, sum0: bigint, sum1: bigint): void {
    this.#count += count;
    this.#sums[0] = (this.#sums[0] as bigint) + sum0;
    this.#sums[1] = (this.#sums[1] as bigint) + sum1;
  }

  addAll(other: HashSum): void {
    other.#flush();
    this.addSums(other.#count, other.#sums[0] as bigint, other.#sums[1] as bigint);
  }

  /** Adds what `format` made. */
  addFormatted(text: string): void {
    const [, count, sum0, sum1] = /^(\d+)-(-?\d+)-(-?\d+)$/.exec(text) ?? [];
    if (count === undefined || sum0 === undefined || sum1 === undefined)
      throw new RangeError("not the form of a checksum");
    this.addSums(Number(count), BigInt(sum0), BigInt(sum1));
  }

  /** `<count>-<sum0>-<sum1>`. */
  format(): string {
    this.#flush();
    return `${this.#count}-${this.#sums[0]}-${this.#sums[1]}`;
  }

  #half(index: 0 | 1, bytes: Uint8Array, at: number, flip: number): void {
    this.#high[index] = (this.#high[index] as number) + word(bytes, at, flip);
    this.#low[index] = (this.#low[index] as number) + (word(bytes, at + 4, 0) >>> 0);
  }

  #flush(): void {
    for (const index of [0, 1]) {
      const sum = BigInt(this.#high[index] as number) * 0x1_0000_0000n + BigInt(this.#low[index] as number);
      this.#sums[index] = (this.#sums[index] as bigint) + sum;
      this.#high[index] = 0;
      this.#low[index] = 0;
    }
    this.#pending = 0;
  }
}

function word(bytes: Uint8Array, at: number, flip: number): number {
  const first = (bytes[at] as number) ^ flip;
  return (
    (first << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
