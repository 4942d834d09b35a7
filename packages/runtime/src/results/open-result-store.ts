import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type ByteSource, openPatch, type PatchOperation } from "@syncline/core";
import { operationsOf, patchChecksums } from "@syncline/engine";
import { decompressBytes } from "@syncline/snapshot-store/files";
import { createSha256 } from "../files/patch-files.ts";
import { listStatements, statementOperations } from "./change-index/change-statements.ts";
import { IndexCache } from "./index-cache.ts";
import type {
  ChangeFilter,
  CombineResultsInput,
  FoundResult,
  OpenResult,
  ResultLimits,
  ResultStore,
  ResultStoreOptions,
  StoredResult,
  WriteDiffResultInput,
  WriteResultInput,
} from "./result-contract.ts";
import { nameOfKey, RESULTS, resultKeys } from "./result-names.ts";
import { type WriteSetting, writeResult } from "./write-result.ts";

const DEFAULT_LIMITS: ResultLimits = { cacheBytes: 2 * 1024 ** 3, openIndexes: 16 };
const PAGE = 500;
const HOUR_MS = 3_600_000;

/** Opens the results in an object store. Removes what an earlier process left in the cache folder. */
export async function openResultStore(options: ResultStoreOptions): Promise<ResultStore> {
  const workFolder = join(options.cacheFolder, "work");
  await removeLeftovers(workFolder);
  return new Results(options, workFolder);
}

class Results implements ResultStore {
  readonly #options: ResultStoreOptions;
  readonly #cache: IndexCache;
  readonly #setting: WriteSetting;

  constructor(options: ResultStoreOptions, workFolder: string) {
    const { objectStore, cacheFolder, limits } = options;
    this.#options = options;
    this.#cache = new IndexCache({
      objectStore,
      folder: join(cacheFolder, "indexes"),
      limits: { ...DEFAULT_LIMITS, ...limits },
    });
    this.#setting = { objectStore, workFolder, keepIndex: (key, path) => this.#cache.adopt(key, path) };
  }

  writeResult(input: WriteResultInput): Promise<StoredResult> {
    return writeResult(this.#setting, input);
  }

  writeDiffResult({ run, ...input }: WriteDiffResultInput): Promise<StoredResult> {
    const end = async () => {
      const result = await run.result;
      return { complete: result.complete, checksums: patchChecksums(run, result) };
    };
    return writeResult(this.#setting, { ...input, operations: operationsOf(run), end });
  }

  combineResults({ parts, ...input }: CombineResultsInput): Promise<StoredResult> {
    return writeResult(this.#setting, { ...input, operations: this.#operationsOf(parts) });
  }

  async *#operationsOf(parts: readonly string[]): AsyncGenerator<readonly PatchOperation[]> {
    for (const part of parts)
      yield* (await openPatch(this.patchSource(part), { createDigest: createSha256 })).operations();
  }

  patchSource(objectKey: string): ByteSource {
    const { objectStore } = this.#options;
    return { name: objectKey, open: () => decompressBytes(objectKey, objectStore.get(objectKey)) };
  }

  async openResult(indexKey: string): Promise<OpenResult> {
    const { index, release } = await this.#cache.open(indexKey);
    return {
      header: index.meta.header,
      total: index.meta.total,
      tables: () => index.insight.tables(),
      list: (input) => index.list(input),
      count: (input) => index.count(input),
      find: (input) => index.find(input),
      histogram: (input) => index.insight.histogram(input),
      previewIgnore: (input) => index.insight.previewIgnore(input),
      statements: (input) => listStatements(index, input),
      statementOperations: (input, signal) => statementOperations(index, input, signal),
      operation: (id) => index.operation(id),
      operations: (filter: ChangeFilter, signal) => index.operations(filter, signal),
      close: release,
    };
  }

  async removeResult({
    objectKey,
    indexKey,
  }: {
    readonly objectKey: string;
    readonly indexKey: string | null;
  }): Promise<void> {
    const { objectStore } = this.#options;
    await objectStore.delete(objectKey);
    if (indexKey === null) return;
    await objectStore.delete(indexKey);
    await this.#cache.forget(indexKey);
  }

  async *listResults(): AsyncGenerator<FoundResult> {
    let found: (FoundResult & { readonly keys: string[] }) | undefined;
    for await (const { key, sizeBytes, modifiedAt } of this.#objects()) {
      const name = nameOfKey(key);
      if (found?.name !== name) {
        if (found !== undefined) yield found;
        found = { name, ...resultKeys(name), keys: [], sizeBytes: 0, modifiedAt };
      }
      found = {
        ...found,
        keys: [...found.keys, key],
        sizeBytes: found.sizeBytes + sizeBytes,
        modifiedAt: new Date(Math.max(modifiedAt.getTime(), found.modifiedAt.getTime())),
      };
    }
    if (found !== undefined) yield found;
  }

  async *#objects() {
    let after: string | null | undefined;
    while (after !== null) {
      const page = await this.#options.objectStore.list({
        prefix: RESULTS,
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      yield* page.items;
      after = page.next;
    }
  }

  isOpen(indexKey: string): boolean {
    return this.#cache.isOpen(indexKey);
  }

  async close(): Promise<void> {
    this.#cache.close();
  }
}

/** Other processes may be at work in the same folder: only what is old is nobody's. */
async function removeLeftovers(workFolder: string): Promise<void> {
  for (const name of await readdir(workFolder).catch(() => [])) {
    const path = join(workFolder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > 24 * HOUR_MS)
      await rm(path, { recursive: true, force: true });
  }
}
