import {
  type CreateDigest,
  createPatchId,
  type MergeConflict,
  NO_CHECKSUMS,
  type PatchHeader,
  type PatchOperation,
  type PatchTable,
  rebaseOperation,
} from "@syncline/core";
import type { Endpoint } from "../ports/endpoint.ts";
import type { PatchFiles } from "../ports/patch-files.ts";
import type { RunContext } from "../ports/run-context.ts";
import type { PatchInput } from "./apply-contract.ts";
import { openRowLookups, type RowLookup } from "./merge/row-lookups.ts";
import { writeFile } from "./write-file.ts";
import { type WrittenPatch, writePatch } from "./write-patch.ts";

export interface RebasePatchInput {
  readonly ctx: RunContext;
  readonly patch: PatchInput;
  /** The target as it is now. Closed by the caller. */
  readonly target: Endpoint;
  readonly path: string;
  readonly overwrite: boolean;
  readonly files: PatchFiles;
  readonly createDigest: CreateDigest;
  /** Hears of every operation that does not fit the target's row; it is left out. */
  readonly onConflict: (conflict: MergeConflict, table: PatchTable) => Promise<void> | void;
}

export interface RebaseCounts {
  /** Operations that fit as they were. */
  readonly kept: number;
  /** Operations whose other columns changed in the target meanwhile. */
  readonly merged: number;
  /** Operations whose result stands in the target already. */
  readonly done: number;
  readonly conflicts: number;
}

/**
 * Writes the patch that does to the target of today what the patch meant to do: old values are read anew, what is there
 * already is left out, what drifted is merged cell by cell. Rows without a key are taken over as they are.
 */
export async function rebasePatch(
  input: RebasePatchInput,
): Promise<WrittenPatch & { readonly counts: RebaseCounts }> {
  const { ctx, patch, target, createDigest } = input;
  const lookups = await openRowLookups({ target, tables: patch.header.tables, ctx });
  const counts = { kept: 0, merged: 0, done: 0, conflicts: 0 };
  try {
    const header = rebasedHeader(ctx, patch.header, target.label);
    const operations = rebased(input, lookups.byTable, counts);
    const written = await writeFile(input, (sink) =>
      writePatch({ ctx, header, operations, checksums: () => NO_CHECKSUMS, sink, createDigest }),
    );
    return { ...written, counts };
  } finally {
    await lookups.close();
  }
}

type Mutable<Counts> = { -readonly [Name in keyof Counts]: Counts[Name] };

async function* rebased(
  input: RebasePatchInput,
  lookups: ReadonlyMap<string, RowLookup>,
  counts: Mutable<RebaseCounts>,
): AsyncGenerator<readonly PatchOperation[]> {
  const tables = new Map(input.patch.header.tables.map((table) => [table.name, table]));
  for await (const batch of input.patch.operations()) {
    input.ctx.signal.throwIfAborted();
    const kept: PatchOperation[] = [];
    for (const [name, operations] of byTable(batch)) {
      const [table, lookup] = [tables.get(name), lookups.get(name)];
      if (table === undefined || lookup === undefined) continue;
      kept.push(...(await rebaseAll(input, { table, lookup, operations, counts })));
    }
    if (kept.length > 0) yield kept;
  }
}

function byTable(batch: readonly PatchOperation[]): ReadonlyMap<string, readonly PatchOperation[]> {
  return Map.groupBy(batch, ({ table }) => table);
}

interface Batch {
  readonly table: PatchTable;
  readonly lookup: RowLookup;
  readonly operations: readonly PatchOperation[];
  readonly counts: Mutable<RebaseCounts>;
}

async function rebaseAll(
  { onConflict }: RebasePatchInput,
  { table, lookup, operations, counts }: Batch,
): Promise<readonly PatchOperation[]> {
  const keyed = operations.filter(({ key }) => key.size > 0);
  const unkeyed = operations.filter(({ key }) => key.size === 0);
  counts.kept += unkeyed.length;
  const found = await lookup(keyed.map(({ key }) => table.key.map((column) => key.get(column) ?? null)));
  const kept: PatchOperation[] = [...unkeyed];
  for (const [index, operation] of keyed.entries()) {
    const now = found[index] ?? null;
    const result = rebaseOperation(table, operation, {
      key: now?.key ?? operation.key,
      row: now?.row ?? null,
    });
    if (result.kind === "operation") kept.push(result.operation);
    if (result.kind === "conflict") await onConflict(result.conflict, table);
    counts[nameOf(result)] += 1;
  }
  return kept;
}

function nameOf(result: ReturnType<typeof rebaseOperation>): keyof RebaseCounts {
  if (result.kind === "conflict") return "conflicts";
  if (result.kind === "done") return "done";
  return result.merged ? "merged" : "kept";
}

function rebasedHeader(ctx: RunContext, header: PatchHeader, target: string): PatchHeader {
  const now = ctx.now();
  return {
    ...header,
    id: createPatchId(now, ctx.randomBytes),
    createdAt: now.toISOString(),
    target: { locator: target },
    metadata: { ...header.metadata, createdBy: ctx.actor, inverts: null },
  };
}
