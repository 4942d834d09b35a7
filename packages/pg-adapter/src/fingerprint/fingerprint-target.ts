import { createHash, type Hash } from "node:crypto";
import type { PatchOperation, PatchTable, QualifiedName, TableSelection } from "@syncline/core";
import { readTableInfos } from "../catalog/read-table-specs.ts";
import type { TableInfo } from "../catalog/table-info.ts";
import { openConnection } from "../connection/connect.ts";
import { pinStatements } from "../connection/pins.ts";
import { ReadSession } from "../connection/read-session.ts";
import type { PgScope } from "../scope.ts";
import { targetNames } from "../write/resolve-tables.ts";
import { DEFINITIONS, IDENTITY } from "./catalog-state.ts";
import { RowState } from "./row-state.ts";

/** What would be written: the rows of a patch, or tables in whole. */
export type WrittenPart =
  | {
      readonly kind: "rows";
      readonly tables: readonly PatchTable[];
      readonly operations: AsyncIterable<readonly PatchOperation[]>;
      readonly undo: boolean;
    }
  | { readonly kind: "tables"; readonly accept: (name: QualifiedName) => boolean };

export interface FingerprintInput {
  readonly scope: PgScope;
  readonly tables: TableSelection;
  /** Printed locator, without secrets. */
  readonly label: string;
  readonly part: WrittenPart;
  readonly signal: AbortSignal;
}

/**
 * sha256, hex, over which database this is, the definitions of the tables that would be written and, of a patch, the rows
 * that its keys name as they are now. Reads at one instant, takes no locks on rows and holds one batch of keys at a time.
 */
export async function fingerprintTarget(input: FingerprintInput): Promise<string> {
  const { scope, label, signal } = input;
  const client = await openConnection(scope.connection);
  const session = new ReadSession(client, `Reading the state of ${label}`);
  try {
    const [[version] = []] = await session.rows("SHOW server_version_num", [], signal);
    await session.configure("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", signal);
    await session.configure(pinStatements(Number(version)), signal);
    const digest = createHash("sha256");
    const { host, port, database } = scope.connection;
    const [[identity] = []] = await session.rows(IDENTITY, [], signal);
    // Where the server hides its identity, the way to it is the nearest there is.
    add(digest, identity ?? [host, port, database], scope.schema, scope.tenantColumn);
    await addTables(digest, session, input);
    return digest.digest("hex");
  } finally {
    await session.end().catch(() => {});
  }
}

function add(digest: Hash, ...facts: readonly unknown[]): void {
  digest.update(`${JSON.stringify(facts)}\n`);
}

async function addTables(digest: Hash, session: ReadSession, input: FingerprintInput): Promise<void> {
  const { scope, tables: selection, part, signal } = input;
  const { schema } = scope;
  const names = part.kind === "rows" ? targetNames({ ...part, scope, selection }) : null;
  const infos = await readTableInfos(session.client, {
    schema,
    tenantColumn: scope.tenantColumn?.name ?? null,
    selection: names === null ? selection : { kind: "named", names },
  });
  const written = infos.filter(({ spec }) => part.kind === "rows" || part.accept(spec.name));
  for (const { oid, spec } of written) {
    const definitions = await session.rows(DEFINITIONS, [oid], signal);
    add(digest, spec.name, spec.kind, spec.fingerprint, definitions);
  }
  if (part.kind === "tables" || names === null) return;
  const byName = part.tables.map((table, at) => [table.name, infoOf(written, names[at])] as const);
  const rows = new RowState({ session, scope, digest, signal, tables: new Map(byName) });
  for await (const batch of part.operations) for (const operation of batch) await rows.add(operation);
  await rows.end();
}

/** Null where the target lacks the table, which no application gets over. */
function infoOf(infos: readonly TableInfo[], name: QualifiedName | undefined): TableInfo | null {
  const fits = ({ spec }: TableInfo) => spec.name.schema === name?.schema && spec.name.name === name.name;
  return infos.find(fits) ?? null;
}
