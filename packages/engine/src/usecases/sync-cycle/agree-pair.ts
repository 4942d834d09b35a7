import {
  CodedError,
  type ForeignKeySpec,
  formatQualifiedName,
  nameInTenant,
  type PairedColumn,
  plainName,
  type QualifiedName,
  type TableAgreement,
} from "@syncline/core";
import type { BaseTable } from "../../ports/base-store.ts";
import { diffEndpoints } from "../diff-endpoints.ts";
import { foreignKeyGroups } from "../merge/merge-units.ts";
import type { SyncCycleInput } from "./sync-contract.ts";

/** A table of a pair, as both sides have it now. */
export interface PairTable {
  readonly base: BaseTable;
  readonly target: QualifiedName;
  readonly source: QualifiedName;
  /** The source's column by the target's. */
  readonly sourceColumns: ReadonlyMap<string, string>;
}

export interface AgreedPair {
  readonly tables: readonly PairTable[];
  /** Columns that mean something only together, by the target's table. */
  readonly groups: ReadonlyMap<string, readonly (readonly string[])[]>;
  readonly foreignKeys: {
    readonly target: readonly ForeignKeySpec[];
    readonly source: readonly ForeignKeySpec[];
  };
}

/**
 * What both sides have in common, before any row is read.
 * @throws CodedError `schema.mismatch`, which names every difference
 */
export async function agreePair(input: SyncCycleInput): Promise<AgreedPair> {
  const { ctx, diff } = input;
  let agreed: readonly TableAgreement[] = [];
  let groups: AgreedPair["groups"] = new Map();
  let foreignKeys: AgreedPair["foreignKeys"] = { target: [], source: [] };
  const [source, target] = [await input.source.openRows(null), await input.target.openRows(null)];
  const run = await diffEndpoints({
    ctx,
    source,
    target,
    options: {
      ...READ_NOTHING,
      ...diff,
      reconcile: async ({ agreements, snapshots, prepared }) => {
        agreed = agreements;
        groups = await foreignKeyGroups(snapshots.target);
        foreignKeys = {
          target: await snapshots.target.foreignKeys(),
          source: await snapshots.source.foreignKeys(),
        };
        return prepared;
      },
    },
  });
  run.result.catch(() => {}); // only the agreement was wanted
  await run.close();
  const schemas = { source: source.tenantSchema, target: target.tenantSchema };
  const tables = agreed.map((agreement) => pairTable(agreement, schemas));
  if (tables.length === 0)
    throw new CodedError(
      "table.not_found",
      `"${source.label}" and "${target.label}" have no table to keep in step.`,
      {
        hint: "Name tables that both sides have.",
      },
    );
  return { tables, groups, foreignKeys };
}

const READ_NOTHING = {
  filter: null,
  fields: null,
  tolerance: new Map(),
  maxDifferences: null,
  maxPercent: null,
  maxTimeMs: null,
  recheckAfterMs: null,
  images: "none",
  path: "auto",
  unknownIgnored: "refuse",
} as const;

function pairTable(
  agreement: TableAgreement,
  schemas: { readonly source: string; readonly target: string },
): PairTable {
  const carried = agreement.columns.filter((column) => column.form !== null);
  assertTables(agreement);
  assertSameTypes(agreement, carried);
  const key = (agreement.key?.columns ?? []).map((column) => column.target.name);
  const missing = key.find((name) => !carried.some((column) => column.target.name === name));
  if (missing !== undefined)
    throw mismatch(
      agreement,
      `key column "${missing}" is left out or computed`,
      "Keep the key's columns in the comparison, or name another key.",
    );
  const sourceColumns = new Map(carried.map((column) => [column.target.name, column.source.name]));
  return {
    base: {
      name: nameInTenant(agreement.target.name, schemas.target),
      columns: carried.map(({ target }) => ({ name: target.name, type: target.type })),
      key,
      source: { table: nameInTenant(agreement.source.name, schemas.source), columns: sourceColumns },
      keyMayBeNull: agreement.key?.nullable === true,
    },
    target: agreement.target.name,
    source: agreement.source.name,
    sourceColumns,
  };
}

function assertTables(agreement: TableAgreement): void {
  for (const side of ["source", "target"] as const) {
    const { kind } = agreement[side];
    if (kind !== "table" && kind !== "partitioned")
      throw mismatch(
        agreement,
        `it is a ${kind} in the ${side}`,
        "Leave it out: rows are written to both sides.",
      );
  }
}

/** A value must mean the same after it went there and back. */
function assertSameTypes(agreement: TableAgreement, columns: readonly PairedColumn[]): void {
  const different = columns.filter(({ source, target }) => typeOf(source) !== typeOf(target));
  if (different.length === 0) return;
  const problems = different.map(
    ({ source, target }) =>
      `column "${target.name}" is ${source.type.name} in the source and ${target.type.name} in the target`,
  );
  throw mismatch(
    agreement,
    problems.join("; "),
    "Give both sides the same types, or leave the columns out with ignoreFields.",
  );
}

/** Without the schema of a user's type: each tenant may have its own. */
function typeOf({ type }: PairedColumn["source"]): string {
  if (type.kind === "domain") return `domain over ${type.base}`;
  return type.portable ? type.name : plainName(type);
}

function mismatch({ source, target }: TableAgreement, what: string, hint: string): CodedError {
  const names = `"${formatQualifiedName(source.name)}" and "${formatQualifiedName(target.name)}"`;
  return new CodedError("schema.mismatch", `Tables ${names} cannot be kept in step: ${what}.`, { hint });
}
