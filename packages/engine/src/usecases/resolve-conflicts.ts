import {
  CodedError,
  type ConflictFile,
  type ConflictRecord,
  type CreateDigest,
  createPatchId,
  NO_CHECKSUMS,
  type PatchHeader,
  type PatchOperation,
  type PatchTable,
  type Resolution,
  resolveConflict,
} from "@syncline/core";
import type { PatchFiles } from "../ports/patch-files.ts";
import type { RunContext } from "../ports/run-context.ts";
import type { PatchInput } from "./apply-contract.ts";
import { writeFile } from "./write-file.ts";
import { type WrittenPatch, writePatch } from "./write-patch.ts";

export interface ResolveConflictsInput {
  readonly ctx: RunContext;
  readonly conflicts: ConflictFile;
  /** The patch that met the conflicts; its other operations are taken over. */
  readonly patch: PatchInput;
  /** Decides what the file leaves open; without it an open conflict is an error. Undefined leaves it open. */
  readonly choose?: (
    record: ConflictRecord,
    table: PatchTable,
  ) => Promise<Resolution | undefined> | Resolution | undefined;
  readonly path: string;
  readonly overwrite: boolean;
  readonly files: PatchFiles;
  readonly createDigest: CreateDigest;
}

/** Undefined stands for an operation that is dropped. */
type Replacements = Map<string, PatchOperation | undefined>;

/**
 * Writes the patch that applies now: operations without conflict as they were, the others as decided, with the
 * target's rows as old values. Throws `patch.conflicts` with the lines that are still open, `usage.invalid` when the
 * patch is another one than the conflicts are about.
 */
export async function resolveConflicts(input: ResolveConflictsInput): Promise<WrittenPatch> {
  const { ctx, conflicts, patch, createDigest } = input;
  checkSamePatch(conflicts, patch);
  const replacements = await decide(input);
  const header = resolvedHeader(ctx, patch.header);
  const operations = replaced(patch, replacements, conflicts);
  return writeFile(input, (sink) =>
    writePatch({ ctx, header, operations, checksums: () => NO_CHECKSUMS, sink, createDigest }),
  );
}

function checkSamePatch(conflicts: ConflictFile, patch: PatchInput): void {
  const { patch: about } = conflicts.header;
  if (about?.hash === patch.hash) return;
  if (about === null) throw new CodedError("internal", "Conflicts of a merge are resolved without a patch.");
  throw new CodedError(
    "usage.invalid",
    `The conflicts in "${conflicts.name}" are about patch ${about.id} with another content than the patch given, ${patch.header.id}.`,
    {
      hint: `Give the very patch that was applied: "${about.file}".`,
    },
  );
}

async function decide({ conflicts, choose, ctx }: ResolveConflictsInput): Promise<Replacements> {
  const tables = new Map(conflicts.header.tables.map((table) => [table.name, table]));
  const replacements: Replacements = new Map();
  const open: number[] = [];
  for (const record of conflicts.conflicts) {
    ctx.signal.throwIfAborted();
    const table = tables.get(record.operation.table);
    if (table === undefined) continue;
    const resolution = record.resolution === undefined ? await choose?.(record, table) : record.resolution;
    if (resolution === undefined) open.push(record.line);
    else replacements.set(identity(record.operation), replacement(conflicts.name, table, record, resolution));
  }
  if (open.length > 0) throw stillOpen(conflicts.name, open);
  return replacements;
}

function replacement(
  file: string,
  table: PatchTable,
  record: ConflictRecord,
  resolution: Resolution,
): PatchOperation | undefined {
  const resolved = resolveConflict(table, record, resolution);
  if (resolved.kind === "operation") return resolved.operation;
  if (resolved.kind === "nothing") return undefined;
  throw new CodedError(
    "patch.conflicts",
    `"${file}", line ${record.line}: this resolution cannot be carried out: ${resolved.reason}.`,
    {
      hint: "Change the resolution on that line.",
      details: { line: record.line },
    },
  );
}

export function stillOpen(file: string, lines: readonly number[]): CodedError {
  const shown = lines.slice(0, 10).join(", ") + (lines.length > 10 ? ", …" : "");
  return new CodedError(
    "patch.conflicts",
    `"${file}": ${lines.length} conflicts have no resolution yet (line ${shown}).`,
    {
      hint: 'Fill in "resolution" with "ours", "theirs" or "base", or add --with ours|theirs|base for all that are open.',
      details: { lines: lines.slice(0, 1000) },
    },
  );
}

function resolvedHeader(ctx: RunContext, header: PatchHeader): PatchHeader {
  const now = ctx.now();
  const id = createPatchId(now, ctx.randomBytes);
  return {
    ...header,
    id,
    createdAt: now.toISOString(),
    metadata: { ...header.metadata, createdBy: ctx.actor },
  };
}

async function* replaced(
  patch: PatchInput,
  replacements: Replacements,
  conflicts: ConflictFile,
): AsyncGenerator<readonly PatchOperation[]> {
  const left = new Set(replacements.keys());
  for await (const batch of patch.operations()) {
    yield batch.flatMap((operation) => {
      const name = identity(operation);
      if (!left.delete(name)) return [operation];
      const decided = replacements.get(name);
      return decided === undefined ? [] : [decided];
    });
  }
  if (left.size > 0) {
    throw new CodedError(
      "file.damaged",
      `"${conflicts.name}" has ${left.size} conflicts about operations that the patch does not have.`,
      {
        hint: 'Only "resolution" may be edited.',
      },
    );
  }
}

/** Table, kind and key; for rows without a key the row itself. */
function identity(operation: PatchOperation): string {
  const row = operation.op === "insert" ? operation.new : operation.old;
  const key = [...(operation.key.size > 0 ? operation.key : row)].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([operation.table, operation.op, key]);
}
