import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { fileError } from "@syncline/snapshot-store/files";
import type { IndexEntry } from "./block-writer.ts";

/** Bytes of entries that are sorted at once. */
const RUN_BYTES = 12 * 1024 * 1024;
/** What an entry costs besides. */
const ENTRY_BYTES = 300;
const READ_SIZE = 32 * 1024;
const HEAD_BYTES = 12;

type Place = Pick<IndexEntry, "table" | "key">;

/** An entry as it waits: texts as one piece of bytes take a tenth of the room. */
interface PackedEntry extends Place {
  readonly text: Uint8Array;
}

/** By table, then by key. */
export function compareEntries(a: Place, b: Place): number {
  return a.table === b.table ? Buffer.compare(a.key, b.key) : a.table - b.table;
}

/** Sorts what does not fit into memory: sorted runs in files, which are merged. Equal entries keep their order. */
export class ChangeSorter {
  readonly #folder: string;
  readonly #runs: string[] = [];
  #entries: PackedEntry[] = [];
  #bytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async add({ table, key, record }: IndexEntry): Promise<void> {
    const text = Buffer.from(record.join("\0"));
    this.#entries.push({ table, key, text });
    this.#bytes += ENTRY_BYTES + key.length + text.length;
    if (this.#bytes > RUN_BYTES) await this.#spill();
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.#runs.length === 0;
  }

  async *sorted(): AsyncGenerator<IndexEntry> {
    this.#entries.sort(compareEntries);
    const last = inMemory(this.#entries);
    yield* mergeEntries([...this.#runs.map((path) => readRun(path)), last]);
  }

  async #spill(): Promise<void> {
    const path = `${this.#folder}/run-${randomBytes(6).toString("hex")}`;
    this.#runs.push(path);
    const entries = this.#entries.sort(compareEntries);
    this.#entries = [];
    this.#bytes = 0;
    try {
      const handle = await open(path, "wx", 0o600);
      try {
        for (const bytes of encodedPieces(entries)) await handle.appendFile(bytes);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw fileError(error, path, "write");
    }
  }

  async close(): Promise<void> {
    this.#entries = [];
    await Promise.all(this.#runs.map((path) => rm(path, { force: true })));
  }
}

async function* inMemory(entries: readonly PackedEntry[]): AsyncGenerator<IndexEntry> {
  for (const { table, key, text } of entries)
    yield {
      table,
      key,
      record: Buffer.from(text.buffer, text.byteOffset, text.length).toString().split("\0"),
    };
}

/** Of equal entries, those of earlier sources come first. */
export async function* mergeEntries(
  sources: readonly AsyncIterator<IndexEntry>[],
): AsyncGenerator<IndexEntry> {
  const heads: { entry: IndexEntry; readonly source: AsyncIterator<IndexEntry>; readonly place: number }[] =
    [];
  const insert = (head: (typeof heads)[number]) => {
    let [low, high] = [0, heads.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = heads[middle];
      if (other === undefined) break;
      const order = compareEntries(other.entry, head.entry) || other.place - head.place;
      if (order > 0) low = middle + 1;
      else high = middle;
    }
    heads.splice(low, 0, head); // the least is the last
  };
  try {
    for (const [place, source] of sources.entries()) {
      const next = await source.next();
      if (next.done !== true) insert({ entry: next.value, source, place });
    }
    for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
      yield head.entry;
      const next = await head.source.next();
      if (next.done !== true) insert({ ...head, entry: next.value });
    }
  } finally {
    for (const source of sources) await source.return?.();
  }
}

/** Table, length of the key, length of the record's text; then both. */
function* encodedPieces(entries: readonly PackedEntry[]): Generator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  for (const { table, key, text } of entries) {
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    head.writeUInt32LE(table, 0);
    head.writeUInt32LE(key.length, 4);
    head.writeUInt32LE(text.length, 8);
    pieces.push(head, key, text);
    size += HEAD_BYTES + key.length + text.length;
    if (size < 512 * 1024) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    size = 0;
  }
  yield Buffer.concat(pieces);
}

async function* readRun(path: string): AsyncGenerator<IndexEntry> {
  let held: Buffer = Buffer.alloc(0);
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let needed = HEAD_BYTES;
  for await (const chunk of createReadStream(path, { highWaterMark: READ_SIZE })) {
    waiting.push(chunk as Buffer);
    waitingBytes += (chunk as Buffer).length;
    if (held.length + waitingBytes < needed) continue;
    held = Buffer.concat([held, ...waiting]);
    waiting = [];
    waitingBytes = 0;
    let at = 0;
    for (needed = sizeAt(held, at); held.length - at >= needed; needed = sizeAt(held, at)) {
      yield entryAt(held, at);
      at += needed;
    }
    held = held.subarray(at);
  }
}

function sizeAt(bytes: Buffer, at: number): number {
  if (bytes.length - at < HEAD_BYTES) return HEAD_BYTES;
  return HEAD_BYTES + bytes.readUInt32LE(at + 4) + bytes.readUInt32LE(at + 8);
}

function entryAt(bytes: Buffer, at: number): IndexEntry {
  const keyEnd = at + HEAD_BYTES + bytes.readUInt32LE(at + 4);
  const end = keyEnd + bytes.readUInt32LE(at + 8);
  return {
    table: bytes.readUInt32LE(at),
    key: Uint8Array.prototype.slice.call(bytes, at + HEAD_BYTES, keyEnd),
    record: bytes.toString("utf8", keyEnd, end).split("\0"),
  };
}
