const FIRST_CAPACITY = 256 * 1024;

/** Bytes that are appended at the end and consumed from the front, without copying them for every chunk. */
export class GrowingBuffer {
  #bytes = Buffer.alloc(FIRST_CAPACITY);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** Valid until the next `append` or `consume`. */
  view(): Buffer {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  append(chunk: Uint8Array): void {
    if (this.#end + chunk.byteLength > this.#bytes.byteLength) this.#makeRoom(chunk.byteLength);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.byteLength;
  }

  consume(count: number): void {
    this.#start += count;
  }

  #makeRoom(more: number): void {
    const needed = this.length + more;
    const capacity = Math.max(FIRST_CAPACITY, this.#bytes.byteLength);
    const target = needed * 2 > capacity ? Buffer.alloc(needed * 2) : Buffer.alloc(capacity);
    this.view().copy(target);
    this.#end -= this.#start;
    this.#start = 0;
    this.#bytes = target;
  }
}
