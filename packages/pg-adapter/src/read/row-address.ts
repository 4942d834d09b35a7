/** Bytes of an oid and a tid as COPY sends them: 4 for the relation, 4 for the page, 2 for the place on it. */
const ADDRESS_BYTES = 10;

export interface RowAddress {
  readonly relation: number;
  /** `(page,place)`. */
  readonly ctid: string;
}

export function parseRowAddress(bytes: Uint8Array): RowAddress {
  if (bytes.length !== ADDRESS_BYTES) throw new RangeError("not the address of a row");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { relation: view.getUint32(0), ctid: `(${view.getUint32(4)},${view.getUint16(8)})` };
}
