import { quoteIdentifier } from "../sql/quote.ts";
import { type ForeignKey, readForeignKeys } from "./foreign-keys.ts";
import type { OpenedTransaction } from "./pg-patch-transaction.ts";
import type { StagedTable } from "./staged-table.ts";

/**
 * Rows may refer to a value that is parked for a moment. Their foreign keys wait for the end of the writes: those that
 * are deferrable as they are, others only when DDL is allowed, because altering one locks both tables against everybody.
 */
export async function deferReferences(opened: OpenedTransaction, table: StagedTable): Promise<void> {
  const { client } = opened.session;
  const keys = await readForeignKeys(client, [table.info.oid]);
  for (const key of keys.filter((each) => refersToParked(each, table))) {
    if (!key.deferrable) {
      if (!opened.request.options.allowDdl) continue;
      await client.query(`${alter(key)} DEFERRABLE`);
      opened.altered.push(key);
    }
    await client.query(
      `SET CONSTRAINTS ${quoteIdentifier(key.childSchema)}.${quoteIdentifier(key.name)} DEFERRED`,
    );
  }
}

function refersToParked(key: ForeignKey, table: StagedTable): boolean {
  const parked = [...(table.parking?.groups.values() ?? [])].flat().map(({ column }) => column.spec.name);
  return key.parentOid === table.info.oid && key.parentColumns.some((column) => parked.includes(column));
}

/** After everything was checked: an event that is still pending would forbid it. Returns notes for people. */
export async function alterBack(opened: OpenedTransaction): Promise<string[]> {
  for (const key of opened.altered) await opened.session.client.query(`${alter(key)} NOT DEFERRABLE`);
  return opened.altered.map(
    (key) => `Constraint "${key.name}" of "${key.childName}" was deferred while writing.`,
  );
}

function alter(key: ForeignKey): string {
  return `ALTER TABLE ${key.childTable} ALTER CONSTRAINT ${quoteIdentifier(key.name)}`;
}
