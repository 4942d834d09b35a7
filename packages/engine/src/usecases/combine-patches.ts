import {
  CodedError,
  type CreateDigest,
  combineOperations,
  createPatchId,
  NO_CHECKSUMS,
  type PatchHeader,
  type PatchOperation,
  type PatchTable,
  packOperation,
  rowIdentity,
  unpackOperation,
} from "@syncline/core";
import type { ChangeSpool, CreateChangeSpool } from "../ports/change-spool.ts";
import type { PatchFiles } from "../ports/patch-files.ts";
import type { RunContext } from "../ports/run-context.ts";
import type { PatchInput } from "./apply-contract.ts";
import { writeFile } from "./write-file.ts";
import { type WrittenPatch, writePatch } from "./write-patch.ts";

export interface CombinePatchesInput {
  readonly ctx: RunContext;
  /** In the order in which they would be applied. */
  readonly patches: readonly PatchInput[];
  readonly path: string;
  readonly overwrite: boolean;
  readonly files: PatchFiles;
  readonly createDigest: CreateDigest;
  /** Where rows wait; operations are as many as all patches have. */
  readonly createSpool: CreateChangeSpool;
}

const BATCH = 256;

/**
 * Writes one patch that does what the patches do one after the other. Throws `patch.conflicts` where one of them does
 * not follow from those before it, `schema.mismatch` where their tables differ; then there is no file.
 */
export async function combinePatches(input: CombinePatchesInput): Promise<WrittenPatch> {
  const { ctx, patches, createDigest } = input;
  const tables = unionTables(patches);
  const spool = input.createSpool();
  try {
    for (const patch of patches) await fold(ctx, { patch, tables, spool });
    const header = combinedHeader(ctx, patches, tables);
    const operations = remaining(tables, spool);
    return await writeFile(input, (sink) =>
      writePatch({ ctx, header, operations, checksums: () => NO_CHECKSUMS, sink, createDigest }),
    );
  } finally {
    spool.close();
  }
}

interface Fold {
  readonly patch: PatchInput;
  readonly tables: readonly PatchTable[];
  readonly spool: ChangeSpool;
}

async function fold(ctx: RunContext, { patch, tables, spool }: Fold): Promise<void> {
  const places = new Map(tables.map((table, index) => [table.name, index]));
  for await (const batch of patch.operations()) {
    ctx.signal.throwIfAborted();
    for (const operation of batch) {
      const place = places.get(operation.table) ?? 0;
      const before = spool.take(place, rowIdentity(operation, "before"));
      const combined =
        before === undefined ? operation : follow(unpackOperation(before), operation, { patch, tables });
      if (combined !== null) spool.put(place, rowIdentity(combined, "after"), packOperation(combined));
    }
  }
}

function follow(
  first: PatchOperation,
  second: PatchOperation,
  { patch, tables }: Pick<Fold, "patch" | "tables">,
): PatchOperation | null {
  const combined = combineOperations(first, second);
  if (combined.kind === "operation") return combined.operation;
  if (combined.kind === "nothing") return null;
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");
  const key = tables.find(({ name }) => name === second.table)?.key ?? [];
  const row = key.length === 0 ? "rows without a key" : `a row with the key ${quoted(key)}`;
  const columns = combined.columns.length === 0 ? "" : ` (${quoted(combined.columns)})`;
  throw new CodedError(
    "patch.conflicts",
    `Patch ${patch.header.id} does not follow the patches before it: in table "${second.table}", for ${row}, ${combined.reason}${columns}.`,
    {
      hint: "Give the patches in the order in which they were made, and none that was made from another state.",
    },
  );
}

/** Tables of all patches; one that several of them have must be the same in all. */
function unionTables(patches: readonly PatchInput[]): readonly PatchTable[] {
  const tables = new Map<string, PatchTable>();
  for (const { header } of patches) {
    for (const table of header.tables) {
      const known = tables.get(table.name);
      if (known !== undefined && !sameTable(known, table)) throw differing(table.name);
      tables.set(table.name, known ?? table);
    }
  }
  return [...tables.values()];
}

function sameTable(a: PatchTable, b: PatchTable): boolean {
  const definition = ({ columns, key, fingerprint }: PatchTable) =>
    JSON.stringify([columns, key, fingerprint]);
  return definition(a) === definition(b);
}

function differing(name: string): CodedError {
  return new CodedError(
    "schema.mismatch",
    `Table "${name}" has other columns, another key or another definition in one of the patches.`,
    { hint: "Make the patches anew for the target as it is now, or apply them one after the other." },
  );
}

function combinedHeader(
  ctx: RunContext,
  patches: readonly PatchInput[],
  tables: readonly PatchTable[],
): PatchHeader {
  const [first, last] = [patches[0]?.header, patches.at(-1)?.header];
  if (first === undefined || last === undefined)
    throw new CodedError("usage.invalid", "There is no patch to combine.", {
      hint: "Name two or more patches.",
    });
  assertOneTarget(patches);
  const now = ctx.now();
  return {
    ...first,
    id: createPatchId(now, ctx.randomBytes),
    createdAt: now.toISOString(),
    source: last.source,
    metadata: {
      ...first.metadata,
      createdBy: ctx.actor,
      complete: patches.every(({ header }) => header.metadata.complete),
      scope: { ...first.metadata.scope, combines: patches.map(({ header }) => header.id) },
      inverts: null,
    },
    base: null,
    tables,
  };
}

/** Patches for different tenants name different rows by the same table names. */
function assertOneTarget(patches: readonly PatchInput[]): void {
  const tenants = new Set(
    patches.map(({ header }) => JSON.stringify(header.metadata.scope["tenant"] ?? null)),
  );
  if (tenants.size <= 1) return;
  throw new CodedError(
    "usage.invalid",
    "The patches are for different tenants, so they cannot be one patch.",
    {
      hint: "Combine patches that were made for the same tenant.",
    },
  );
}

async function* remaining(
  tables: readonly PatchTable[],
  spool: ChangeSpool,
): AsyncGenerator<readonly PatchOperation[]> {
  for (const index of tables.keys()) {
    let batch: PatchOperation[] = [];
    for (const { value } of spool.left(index)) {
      batch.push(unpackOperation(value));
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }
}
