import type { Fence } from "@syncline/engine";
import type { Client } from "pg";
import { assertLedgerUsable } from "../write/access.ts";
import { createLedger } from "../write/create-ledger.ts";
import { endOlder, takeFence } from "../write/fence.ts";
import { LoadSettings } from "./load-settings.ts";

const LOCK_TIMEOUT_MS = 10_000;

/** Ends whoever loads under an older token and shows ours, which then holds for all transactions of the load. */
export async function takeLoadFence(client: Client, label: string, fence: Fence): Promise<void> {
  await createLedger(client, label);
  await assertLedgerUsable(client, { label, fenced: true });
  await endOlder(client, fence);
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
  try {
    await LoadSettings.pin(client, LOCK_TIMEOUT_MS);
    await takeFence(client, label, fence);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}
