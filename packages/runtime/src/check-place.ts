import { openEndpoint } from "./endpoint-registry.ts";
import { resolvePlace } from "./place.ts";
import type { Workspace } from "./workspace.ts";

/** Longer than this nobody waits who only asks whether a place is there. */
const PATIENCE_MS = 5_000;

/**
 * Connects to a place and looks whether its tenant and the tables that it names are there and may be read.
 * @throws CodedError `locator.invalid`, `config.*`, `connection.*`, `tenant.not_found`, `table.not_found`, `permission.*`
 */
export async function checkPlace(workspace: Workspace, locator: string, signal: AbortSignal): Promise<void> {
  const endpoint = await openEndpoint(await resolvePlace(workspace, locator, signal));
  try {
    await endpoint.lock({ accept: () => true, connections: 1, signal, patienceMs: PATIENCE_MS });
  } finally {
    await endpoint.close();
  }
}
