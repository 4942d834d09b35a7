import type { ReadSession, TextRow } from "../connection/read-session.ts";
import type { CopyRequest } from "../read/copy-chunks.ts";
import { copyLine } from "../write/copy-text.ts";

const FIRST_ROWS = 200;
const MOST_ROWS = 4_000;
/** Characters that one fetch aims at. */
const WANTED = 1024 * 1024;
/** What binary COPY begins and ends with. */
const HEADER = Buffer.from("5047434f50590aff0d0a000000000000000000", "hex");
const TRAILER = Buffer.from("ffff", "hex");

let cursors = 0;

/** What COPY would give, some rows at a time, so that the session can do other things in between. */
export async function* cursorChunks(session: ReadSession, request: CopyRequest): AsyncGenerator<Buffer> {
  const { about, format, signal } = request;
  cursors += 1;
  const name = `syncline_rows_${cursors}`;
  const binary = format === "binary";
  const query = binary ? `SELECT pg_catalog.record_send(r) FROM (${request.query}) AS r` : request.query;
  await session.rows(`DECLARE ${name} NO SCROLL CURSOR WITHOUT HOLD FOR ${query}`, [], signal, about);
  try {
    if (binary) yield HEADER;
    for (let count = FIRST_ROWS; ; ) {
      const rows = await session.rows(`FETCH FORWARD ${count} FROM ${name}`, [], signal, about);
      if (rows.length === 0) break;
      const chunk = binary ? binaryChunk(rows) : Buffer.from(rows.map(copyLine).join(""), "utf8");
      count = nextCount(count, chunk.length / rows.length);
      yield chunk;
    }
    if (binary) yield TRAILER;
  } finally {
    if (!session.broken && !signal.aborted) await session.rows(`CLOSE ${name}`, [], signal, about);
  }
}

function nextCount(count: number, bytesPerRow: number): number {
  return Math.max(1, Math.min(MOST_ROWS, count * 4, Math.floor(WANTED / Math.max(1, bytesPerRow))));
}

function binaryChunk(rows: readonly TextRow[]): Buffer {
  return Buffer.concat(rows.map(([row]) => copyTuple(row ?? "")));
}

/** `\x` and the bytes of record_send (count, then type, length and bytes of each) as a tuple of COPY, without types. */
function copyTuple(text: string): Buffer {
  const bytes = Buffer.from(text.slice(2), "hex");
  const fields = bytes.readInt32BE(0);
  let to = 2;
  let at = 4;
  bytes.writeInt16BE(fields, 0); // over what was read already: the tuple is always the shorter one
  for (let field = 0; field < fields; field += 1) {
    const length = 4 + Math.max(0, bytes.readInt32BE(at + 4));
    bytes.copy(bytes, to, at + 4, at + 4 + length);
    at += 4 + length;
    to += length;
  }
  return bytes.subarray(0, to);
}
