import {
  addCounts,
  type ByteSource,
  CodedError,
  type CreateDigest,
  type DiffCounts,
  HashSum,
  NO_COUNTS,
  openPatch,
  type PatchChecksums,
  type PatchHeader,
  type PatchOperation,
} from "@syncline/core";
import type { RunContext } from "../../ports/run-context.ts";
import { operationsOf, patchChecksums } from "../build-patch.ts";
import type { DiffRun, TableResult } from "../diff-contract.ts";
import { type WrittenPatch, writePatch } from "../write-patch.ts";

type Sink = { write(bytes: Uint8Array): Promise<void> };

/** What is known of one table of a slice, as plain data. */
export interface SliceTableRecord {
  readonly table: number;
  readonly counts: DiffCounts;
  readonly changedBytes: number;
  readonly checksum: TableResult["checksum"];
}

/** What a slice's worker says of its part of the patch, as plain data. */
export interface SliceRecord {
  readonly tables: readonly SliceTableRecord[];
  /** Row hash algorithm of the checksums. */
  readonly hash: string;
  /** sha256 of the part. */
  readonly patchHash: string;
}

export interface WriteSliceInput {
  readonly ctx: RunContext;
  /** A comparison of one slice. Consumed here, closed by the caller. */
  readonly run: DiffRun;
  /** Places of the slice's tables. */
  readonly tables: readonly number[];
  /** Of the whole patch. */
  readonly header: PatchHeader;
  readonly sink: Sink;
  readonly createDigest: CreateDigest;
}

/** Writes the operations of one slice as a patch of its own, which `joinSlices` reads again. */
export async function writeSlice(input: WriteSliceInput): Promise<SliceRecord> {
  const { ctx, run, header, sink, createDigest } = input;
  const checksums = async () => patchChecksums(run, await run.result);
  const operations = operationsOf(run);
  const written = await writePatch({ ctx, header, operations, checksums, sink, createDigest });
  const { tables, hash } = await run.result;
  return {
    hash,
    patchHash: written.hash,
    tables: input.tables.flatMap((table) => {
      const result = tables[table];
      if (result === undefined) return [];
      return [{ table, counts: result.counts, changedBytes: result.changedBytes, checksum: result.checksum }];
    }),
  };
}

export interface SlicePart {
  readonly record: SliceRecord;
  readonly source: ByteSource;
}

export interface JoinSlicesInput {
  readonly ctx: RunContext;
  readonly header: PatchHeader;
  /** In the slices' order. */
  readonly parts: readonly SlicePart[];
  readonly sink: Sink;
  readonly createDigest: CreateDigest;
}

/** The parts as one patch, in the order of tables and keys. Rejects with `file.damaged` where a part is not what was written. */
export async function joinSlices(input: JoinSlicesInput): Promise<WrittenPatch> {
  const { ctx, header, sink, createDigest, parts } = input;
  const checksums = () => joinChecksums(header, parts);
  const operations = readParts(parts, createDigest);
  return writePatch({ ctx, header, operations, checksums, sink, createDigest });
}

async function* readParts(
  parts: readonly SlicePart[],
  createDigest: CreateDigest,
): AsyncGenerator<readonly PatchOperation[]> {
  for (const { record, source } of parts) {
    if (differencesOf(record) === 0) continue;
    const part = await openPatch(source, { createDigest });
    if (part.hash !== record.patchHash)
      throw new CodedError("file.damaged", `"${source.name}" is not the part that was written there.`, {
        hint: "Run the comparison again.",
      });
    yield* part.operations();
  }
}

function differencesOf({ tables }: SliceRecord): number {
  return tables.reduce((sum, { counts }) => sum + counts.inserts + counts.updates + counts.deletes, 0);
}

function joinChecksums({ tables }: PatchHeader, parts: readonly SlicePart[]): PatchChecksums {
  const results = joinTables(
    tables.length,
    parts.map(({ record }) => record),
  );
  return {
    hash: parts[0]?.record.hash ?? "none",
    tables: tables.map(({ name }, at) => ({ name, ...(results[at]?.checksum ?? NO_CHECKSUM) })),
  };
}

const NO_CHECKSUM = { source: null, target: null };

/** The results of all slices, by table. */
export function joinTables(
  tables: number,
  records: readonly SliceRecord[],
): (Omit<SliceTableRecord, "table"> & { readonly slices: number })[] {
  return Array.from({ length: tables }, (_, table) => {
    const found = records.flatMap((record) => record.tables.filter((each) => each.table === table));
    return {
      slices: found.length,
      counts: found.reduce((sum: DiffCounts, { counts }) => addCounts(sum, counts), NO_COUNTS),
      changedBytes: found.reduce((sum, { changedBytes }) => sum + changedBytes, 0),
      checksum: { source: addChecksums(found, "source"), target: addChecksums(found, "target") },
    };
  });
}

function addChecksums(records: readonly SliceTableRecord[], side: "source" | "target"): string | null {
  const sum = new HashSum();
  for (const { checksum } of records) {
    const own = checksum[side];
    if (own === null) return null;
    sum.addFormatted(own);
  }
  return sum.format();
}
