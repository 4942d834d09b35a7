import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { type ByteSource, CodedError } from "@syncline/core";
import type { AgeIdentities } from "../sealing/age-keys.ts";
import { compressionOfContent, createDecompressor, isEncryptedContent, MAGIC_BYTES } from "./compression.ts";
import { fileError } from "./file-error.ts";

/** Larger pieces are no faster to read and keep more operations alive at once: 250 kB cost 70 MB more at 1 M operations. */
const READ_SIZE = 32 * 1024;

export interface OpenOptions {
  /** Secret keys for a file that turns out to be encrypted. */
  readonly identities?: AgeIdentities;
}

/** A file as bytes that can be read several times, decrypted and decompressed as its content says. */
export async function openFile(path: string, { identities = [] }: OpenOptions = {}): Promise<ByteSource> {
  try {
    if (!(await stat(path)).isFile()) throw notRegular(path);
    const encrypted = isEncryptedContent(path, await readHead(path));
    const plain = encrypted ? () => readEncrypted(path, identities) : () => readRaw(path);
    if (encrypted) await probe(plain());
    return { name: path, open: () => readBytes(path, plain()) };
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

function notRegular(path: string): CodedError {
  return new CodedError("file.unsupported", `"${path}" is not a regular file, so it cannot be read twice.`, {
    hint: "Save it to a file first and name that.",
  });
}

async function readHead(path: string): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A wrong key is told when the file is opened, not when it is first read. */
async function probe(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes) return;
}

async function* readRaw(path: string): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(path, { highWaterMark: READ_SIZE });
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } finally {
    stream.destroy();
  }
}

async function* readEncrypted(path: string, identities: AgeIdentities): AsyncGenerator<Uint8Array> {
  const { decryptBytes } = await import("../sealing/age-stream.ts");
  yield* decryptBytes(path, readRaw(path), identities);
}

/** Bytes that lie elsewhere, decompressed as their beginning says. `name` is what messages call them. */
export function decompressBytes(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return readBytes(name, iterated(bytes));
}

async function* iterated(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* bytes;
}

async function* readBytes(path: string, plain: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    const head = await plain.next();
    if (head.done === true) return;
    const decompressor = createDecompressor(compressionOfContent(head.value));
    const whole = withHead(head.value, plain);
    if (decompressor === undefined) yield* whole;
    else yield* decompressed(whole, decompressor);
  } catch (error) {
    throw fileError(error, path, "read");
  } finally {
    await plain.return(undefined);
  }
}

async function* withHead(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
}

async function* decompressed(
  bytes: AsyncIterable<Uint8Array>,
  decompressor: NonNullable<ReturnType<typeof createDecompressor>>,
): AsyncGenerator<Uint8Array> {
  const raw = Readable.from(bytes, { objectMode: false });
  raw.on("error", (error) => decompressor.destroy(error));
  raw.pipe(decompressor);
  try {
    for await (const chunk of decompressor) yield chunk as Uint8Array;
  } finally {
    raw.destroy();
    decompressor.destroy();
  }
}
