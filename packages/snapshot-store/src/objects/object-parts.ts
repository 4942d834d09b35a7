/** The same bytes in pieces of exactly `size`, but the last. One piece is held at a time. */
export async function* partsOf(body: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    let left = piece;
    while (bytes + left.length >= size) {
      const taken = left.subarray(0, size - bytes);
      yield Buffer.concat([...waiting, taken]);
      left = left.subarray(taken.length);
      waiting = [];
      bytes = 0;
    }
    if (left.length > 0) waiting.push(left);
    bytes += left.length;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}
