import {
  CodedError,
  type CreateDigest,
  createPatchId,
  openPatch,
  type PatchChecksums,
  type PatchHeader,
  type PatchOperation,
  patchOperation,
  type RowChange,
  type RowImage,
} from "@syncline/core";
import type { PatchFiles } from "../ports/patch-files.ts";
import type { RunContext } from "../ports/run-context.ts";
import type { DiffResult, DiffRun } from "./diff-contract.ts";
import { writeFile } from "./write-file.ts";
import { type WrittenPatch, writePatch } from "./write-patch.ts";

export interface BuildPatchInput {
  readonly ctx: RunContext;
  /** A comparison that was opened with `images: "all"`. Consumed here, closed by the caller. */
  readonly run: DiffRun;
  /** Printed locators, without secrets. */
  readonly source: string;
  readonly target: string;
  readonly metadata: Pick<PatchHeader["metadata"], "filter" | "ignoreFields" | "fields" | "scope">;
  /** Whether a limit may cut the comparison short: only its end then tells whether the patch is complete. */
  readonly mayStop: boolean;
  readonly path: string;
  readonly overwrite: boolean;
  readonly files: PatchFiles;
  readonly createDigest: CreateDigest;
}

const BATCH = 256;
/** Characters of values in a batch: it becomes one text, and with wide rows 256 operations would not fit in one. */
const BATCH_LENGTH = 1024 * 1024;

/** Turns a running comparison into a patch file. On any failure no file is left. */
export async function buildPatch(
  input: BuildPatchInput,
): Promise<WrittenPatch & { readonly result: DiffResult }> {
  const header = patchHeader(input);
  const written = await writeFile(input, async (sink) => {
    if (input.mayStop) return buildTwice(input, header, sink);
    const whole = await writeRun(input, header, sink);
    if ((await input.run.result).complete) return whole;
    throw new CodedError("internal", "The comparison was cut short although nothing was said to limit it.");
  });
  return { ...written, result: await input.run.result };
}

export function patchHeader({
  ctx,
  run,
  source,
  target,
  metadata,
}: Pick<BuildPatchInput, "ctx" | "source" | "target" | "metadata"> & {
  readonly run: Pick<DiffRun, "tables" | "versions">;
}): PatchHeader {
  const now = ctx.now();
  return {
    format: "syncline-patch",
    version: 1,
    id: createPatchId(now, ctx.randomBytes),
    createdAt: now.toISOString(),
    source: { locator: source, ...versionOf(run.versions.source) },
    target: { locator: target, ...versionOf(run.versions.target) },
    metadata: { ...metadata, createdBy: ctx.actor, complete: true, hash: "", inverts: null },
    base: null,
    tables: run.tables.map((table) => table.patchTable),
  };
}

function versionOf(version: string | null): { readonly version?: string } {
  return version === null ? {} : { version };
}

type Sink = { write(bytes: Uint8Array): Promise<void> };

async function writeRun(input: BuildPatchInput, header: PatchHeader, sink: Sink): Promise<WrittenPatch> {
  const { ctx, createDigest, run } = input;
  const checksums = async () => patchChecksums(run, await run.result);
  return writePatch({ ctx, header, operations: operationsOf(run), checksums, sink, createDigest });
}

/** `complete` stands in the first line, so operations wait in a scratch file until it is known. */
async function buildTwice(input: BuildPatchInput, header: PatchHeader, sink: Sink): Promise<WrittenPatch> {
  const { ctx, createDigest, run } = input;
  const scratch = await input.files.scratch(input.path);
  try {
    await writeRun(input, header, scratch);
    const result = await run.result;
    const draft = await openPatch(scratch, { createDigest });
    const metadata = { ...header.metadata, complete: result.complete };
    const checksums = () => patchChecksums(run, result);
    return await writePatch({
      ctx,
      header: { ...header, metadata },
      operations: draft.operations(),
      checksums,
      sink,
      createDigest,
    });
  } finally {
    await scratch.remove();
  }
}

/** The changes of a run as operations, in batches. */
export async function* operationsOf(
  run: Pick<DiffRun, "tables" | "changes">,
): AsyncGenerator<readonly PatchOperation[]> {
  let batch: PatchOperation[] = [];
  let length = 0;
  for await (const change of run.changes) {
    const table = run.tables[change.table];
    if (table === undefined) continue;
    batch.push(patchOperation(table.patchTable, change));
    length += lengthOf(change);
    if (batch.length < BATCH && length < BATCH_LENGTH) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch;
}

function lengthOf(change: RowChange): number {
  const lengths = (values: RowImage) => values.reduce((sum, value) => sum + (value?.length ?? 0), 0);
  if (change.kind === "insert") return lengths(change.after);
  if (change.kind === "delete") return lengths(change.before);
  return lengths(change.changes.flatMap(({ before, after }) => [before, after]));
}

export function patchChecksums(
  run: Pick<DiffRun, "tables">,
  result: Pick<DiffResult, "hash" | "tables">,
): PatchChecksums {
  const tables = run.tables.map(({ patchTable }, index) => ({
    name: patchTable.name,
    source: result.tables[index]?.checksum.source ?? null,
    target: result.tables[index]?.checksum.target ?? null,
  }));
  return { hash: result.hash, tables };
}
