import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { openPatch, type PatchHeader, type PatchOperation, signPatchFile } from "@syncline/core";
import { type ObjectStore, type WrittenPatch, writePatch } from "@syncline/engine";
import { createFile, fileError, openFile } from "@syncline/snapshot-store/files";
import { createSha256 } from "../files/patch-files.ts";
import { type BuiltIndex, IndexBuilder } from "./change-index/index-builder.ts";
import type { StoredResult, WriteResultInput } from "./result-contract.ts";
import { resultKeys } from "./result-names.ts";

export interface WriteSetting {
  readonly objectStore: ObjectStore;
  /** Where files are made before they are stored. */
  readonly workFolder: string;
  /** Takes over the finished index's file. */
  readonly keepIndex: (indexKey: string, path: string) => Promise<void>;
}

interface Work {
  readonly folder: string;
  readonly input: WriteResultInput;
}

/** Both files are made here and then stored, the patch last: whoever sees it finds the index. */
export async function writeResult(setting: WriteSetting, input: WriteResultInput): Promise<StoredResult> {
  const keys = resultKeys(input.name);
  const folder = await makeFolder(setting.workFolder);
  try {
    const { written, index, path: unsigned } = await build({ folder, input });
    const path = await signed(unsigned, { folder, input });
    const bytes = await sizeOf(path);
    await store(setting, input.signal, { keys, path, index });
    const { summary } = written.footer;
    return {
      objectKey: keys.objectKey,
      indexKey: index === null ? null : keys.indexKey,
      header: written.header,
      footer: written.footer,
      hash: written.hash,
      complete: written.header.metadata.complete,
      operations: index?.operations ?? summary.inserts + summary.updates + summary.deletes,
      bytes,
      indexBytes: index?.bytes ?? 0,
      summary,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeFolder(parent: string): Promise<string> {
  const folder = join(parent, randomBytes(8).toString("hex"));
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch (error) {
    throw fileError(error, folder, "write");
  }
}

interface Built {
  readonly written: WrittenPatch;
  readonly index: BuiltIndex | null;
  readonly path: string;
}

async function build({ folder, input }: Work): Promise<Built> {
  const index = await openIndex({ folder, input });
  try {
    const draft = join(folder, "draft.patch.zst");
    let end: Awaited<ReturnType<WriteResultInput["end"]>> | undefined;
    const ending = async () => {
      end ??= await input.end();
      return end;
    };
    const operations = observed(input.operations, index);
    const written = await writeFile(draft, { input, header: input.header, operations, end: ending });
    const { complete } = await ending();
    const header = { ...written.header, metadata: { ...written.header.metadata, complete } };
    if (complete === written.header.metadata.complete)
      return { written, index: (await index?.finish(header)) ?? null, path: draft };
    // `complete` stands in the first line, so the file is written again where a limit cut the comparison short.
    const path = join(folder, "patch.zst");
    const again = (await openPatch(await openFile(draft), { createDigest: createSha256 })).operations();
    const corrected = await writeFile(path, { input, header, operations: again, end: ending });
    return { written: corrected, index: (await index?.finish(corrected.header)) ?? null, path };
  } finally {
    await index?.discard();
  }
}

/** The same file with the signatures that came with it, which stand outside of its hash. */
async function signed(path: string, { folder, input: { signatures = [] } }: Work): Promise<string> {
  if (signatures.length === 0) return path;
  const source = await openFile(path);
  const patch = await openPatch(source, { createDigest: createSha256 });
  const target = join(folder, "signed.patch.zst");
  const sink = await createFile(target, { overwrite: false });
  try {
    for await (const bytes of signPatchFile({ source, patch, signatures, createDigest: createSha256 }))
      await sink.write(bytes);
    await sink.commit();
    return target;
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

async function openIndex({ folder, input }: Work): Promise<IndexBuilder | null> {
  if (input.index === false) return null;
  return IndexBuilder.create({ folder, header: input.header, signal: input.signal });
}

async function* observed(
  operations: AsyncIterable<readonly PatchOperation[]>,
  index: IndexBuilder | null,
): AsyncGenerator<readonly PatchOperation[]> {
  for await (const batch of operations) {
    await index?.add(batch);
    yield batch;
  }
}

interface WriteFile {
  readonly input: WriteResultInput;
  readonly header: PatchHeader;
  readonly operations: AsyncIterable<readonly PatchOperation[]>;
  readonly end: WriteResultInput["end"];
}

async function writeFile(path: string, { input, header, operations, end }: WriteFile): Promise<WrittenPatch> {
  const sink = await createFile(path, { overwrite: false });
  try {
    const written = await writePatch({
      ctx: input,
      header,
      operations,
      checksums: async () => (await end()).checksums,
      sink,
      createDigest: createSha256,
    });
    await sink.commit();
    return written;
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}

interface Files {
  readonly keys: ReturnType<typeof resultKeys>;
  readonly path: string;
  readonly index: BuiltIndex | null;
}

async function store(
  { objectStore, keepIndex }: WriteSetting,
  signal: AbortSignal,
  { keys, path, index }: Files,
): Promise<void> {
  const put = (key: string, file: string) =>
    objectStore.put({ key, body: readFile(file), ifAbsent: true, signal });
  if (index !== null) await put(keys.indexKey, index.path);
  try {
    await put(keys.objectKey, path);
  } catch (error) {
    if (index !== null) await objectStore.delete(keys.indexKey).catch(() => {});
    throw error;
  }
  if (index !== null) await keepIndex(keys.indexKey, index.path);
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 256 * 1024 });
  } catch (error) {
    throw fileError(error, path, "read");
  }
}
