import { CodedError } from "@syncline/core";
import type { SqlImportName } from "@syncline/engine";
import type { Client } from "pg";
import { entryHeader, inserted, writeEntry } from "../copy/load-entry.ts";
import { takeLoadFence } from "../copy/load-fence.ts";
import type { PgScope } from "../scope.ts";
import { assertLedgerUsable } from "../write/access.ts";
import { applicationLock } from "../write/commit-outcome.ts";
import { createLedger } from "../write/create-ledger.ts";
import { holdFence } from "../write/fence.ts";
import { assertLedgerGenuine } from "../write/ledger-guard.ts";
import { findEntry } from "../write/ledger-read.ts";

export interface SqlEntry {
  readonly client: Client;
  readonly scope: PgScope;
  readonly label: string;
  readonly name: SqlImportName;
}

/** Makes the ledger, and shows the fence where there is one. Outside of any transaction. */
export async function prepareSqlEntry({ client, label, name: { fence } }: SqlEntry): Promise<void> {
  if (fence !== null) return takeLoadFence(client, label, fence);
  await createLedger(client, label);
  await assertLedgerUsable(client, { label, fenced: false });
}

const PINS = "SET LOCAL search_path = ''; SET LOCAL quote_all_identifiers = off";

/** Takes the name, inside the transaction. @throws CodedError `target.locked` when it was used meanwhile */
export async function takeSqlName({ client, label, name: { id, fence } }: SqlEntry): Promise<void> {
  await client.query(PINS);
  await client.query(`SELECT pg_catalog.pg_advisory_xact_lock(${applicationLock(id)})`);
  if (fence !== null) await holdFence(client, label, fence);
  if ((await findEntry(client, id)) === null) return;
  throw new CodedError("target.locked", `"${label}" was just written by another worker of this run.`, {
    hint: "Looking again finds what it wrote.",
    retryable: true,
  });
}

/** What the file wrote, in its transaction. Whatever it has set is set back for this. */
export async function writeSqlEntry(
  { client, scope, label, name: { id, source, actor } }: SqlEntry,
  tables: readonly { readonly name: string; readonly rows: number }[],
): Promise<void> {
  await client.query(PINS);
  await client.query("LOCK TABLE ONLY syncline.ledger IN ROW EXCLUSIVE MODE");
  await assertLedgerGenuine(client);
  const about = { command: "import", move: "sql" };
  await writeEntry(client, {
    id,
    scope,
    strategy: "sql",
    reason: null,
    header: entryHeader({ id: `sql-${id}`, source, target: label, actor, scope: about, complete: true }),
    tables: tables.map((table) => inserted(table.name, table.rows)),
  });
}
