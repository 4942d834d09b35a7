import type { ControlPlane } from "../control-plane.ts";
import type { NewEvent } from "../database/change.ts";
import { transact } from "../database/transact.ts";

/** Tells something to those who watch an organization, or one of its runs. Names and counts only. */
export async function appendEvent(cp: ControlPlane, event: NewEvent): Promise<void> {
  await transact(cp, event.organizationId, async (change) => change.emit(event));
}
