import {
  CodedError,
  type ConflictFile,
  type CreateDigest,
  createPatchId,
  type MergeConflict,
  type MergeConflictRecord,
  type MergeResolution,
  mergeCountOperation,
  mergeOperation,
  NO_CHECKSUMS,
  openConflict,
  type PatchHeader,
  type PatchOperation,
  type PatchTable,
  type Resolution,
  resolveMerge,
} from "@syncline/core";
import type { PatchFiles } from "../ports/patch-files.ts";
import type { RunContext } from "../ports/run-context.ts";
import { stillOpen } from "./resolve-conflicts.ts";
import { writeFile } from "./write-file.ts";
import { type WrittenPatch, writePatch } from "./write-patch.ts";

/** Conflicts of a merge or move, as a conflict file whose header has no patch holds them. */
export interface HeldConflicts extends Pick<ConflictFile, "name" | "merges"> {
  readonly header: Pick<ConflictFile["header"], "source" | "target" | "tables">;
}

export interface ResolvedMergeInput {
  readonly ctx: RunContext;
  readonly conflicts: HeldConflicts;
  /** Decides what the file leaves open; without it an open conflict is an error. Undefined leaves it open. */
  readonly choose?: (
    conflict: MergeConflict,
    table: PatchTable,
  ) => Promise<MergeResolution | undefined> | MergeResolution | undefined;
}

export interface ResolveMergeConflictsInput extends ResolvedMergeInput {
  readonly path: string;
  readonly overwrite: boolean;
  readonly files: PatchFiles;
  readonly createDigest: CreateDigest;
}

/**
 * Writes the patch that brings the held rows of a merge or move to what was decided; old values are the target's when
 * the conflict was found. Throws `patch.conflicts` with the lines that are still open or that cannot be carried out.
 */
export async function resolveMergeConflicts(input: ResolveMergeConflictsInput): Promise<WrittenPatch> {
  const { ctx, createDigest } = input;
  const { header, operations } = await resolvedMerge(input);
  return writeFile(input, (sink) =>
    writePatch({
      ctx,
      header,
      operations,
      checksums: () => NO_CHECKSUMS,
      sink,
      createDigest,
    }),
  );
}

/** The same, for whoever keeps it elsewhere. */
export async function resolvedMerge(
  input: ResolvedMergeInput,
): Promise<{ readonly header: PatchHeader; readonly operations: AsyncIterable<readonly PatchOperation[]> }> {
  const operations = await decide(input);
  return { header: resolvedHeader(input.ctx, input.conflicts), operations: inOneBatch(operations) };
}

async function* inOneBatch(operations: readonly PatchOperation[]): AsyncGenerator<readonly PatchOperation[]> {
  for (let at = 0; at < operations.length; at += 256) yield operations.slice(at, at + 256);
}

async function decide({ conflicts, choose, ctx }: ResolvedMergeInput): Promise<PatchOperation[]> {
  const tables = new Map(conflicts.header.tables.map((table) => [table.name, table]));
  const open: number[] = [];
  const operations: PatchOperation[] = [];
  for (const record of conflicts.merges) {
    ctx.signal.throwIfAborted();
    const table = tables.get(record.conflict.table);
    if (table === undefined) continue;
    const resolution = toMerge(record.resolution) ?? (await choose?.(record.conflict, table));
    if (resolution === undefined) open.push(record.line);
    else operations.push(...carriedOut(conflicts.name, table, { record, resolution }));
  }
  if (open.length > 0) throw stillOpen(conflicts.name, open);
  return operations;
}

function toMerge(resolution: Resolution | undefined): MergeResolution | undefined {
  return resolution === undefined || typeof resolution === "string" ? resolution : { row: resolution };
}

interface Decision {
  readonly record: MergeConflictRecord;
  readonly resolution: MergeResolution;
}

function carriedOut(
  file: string,
  table: PatchTable,
  { record: { conflict, line }, resolution }: Decision,
): PatchOperation[] {
  if (conflict.counts !== undefined) return recounted(file, table, { conflict, line, resolution });
  const resolved = resolveMerge(openConflict(table, conflict), resolution);
  if (resolved.kind === "impossible") throw impossible(file, line, resolved.reason);
  if (resolved.kind === "open")
    throw impossible(
      file,
      line,
      `it leaves ${resolved.columns.map((name) => `"${name}"`).join(", ")} undecided`,
    );
  const operation = mergeOperation(table, conflict.key, resolved.effect);
  return operation === null ? [] : [operation];
}

function recounted(
  file: string,
  table: PatchTable,
  about: { readonly conflict: MergeConflict; readonly line: number; readonly resolution: MergeResolution },
): PatchOperation[] {
  const { conflict, line, resolution } = about;
  const row = conflict.ours ?? conflict.theirs ?? conflict.base;
  if (typeof resolution !== "string" || conflict.counts === undefined || row === null)
    throw impossible(file, line, "rows without a key can only be as many as on one of the sides");
  const { ours: held } = conflict.counts;
  const operation = mergeCountOperation(table, row, { held, add: conflict.counts[resolution] - held });
  return operation === null ? [] : [operation];
}

function impossible(file: string, line: number, reason: string): CodedError {
  return new CodedError(
    "patch.conflicts",
    `"${file}", line ${line}: this resolution cannot be carried out: ${reason}.`,
    { hint: "Change the resolution on that line.", details: { line } },
  );
}

function resolvedHeader(ctx: RunContext, { header }: HeldConflicts): PatchHeader {
  const now = ctx.now();
  return {
    format: "syncline-patch",
    version: 1,
    id: createPatchId(now, ctx.randomBytes),
    createdAt: now.toISOString(),
    source: { locator: header.source ?? "" },
    target: { locator: header.target },
    metadata: {
      createdBy: ctx.actor,
      filter: null,
      ignoreFields: [],
      fields: null,
      scope: { tables: header.tables.map(({ name }) => name) },
      complete: true,
      hash: "",
      inverts: null,
    },
    base: null,
    tables: header.tables,
  };
}
