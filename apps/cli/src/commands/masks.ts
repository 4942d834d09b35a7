import type { MaskSet } from "@syncline/engine";
import { masksOf } from "@syncline/runtime/operations";
import type { Session } from "../session.ts";
import { sessionWorkspace } from "./places.ts";

export { leavesTablesOut, withMasks } from "@syncline/runtime/operations";

/** The masks that `--mask` names, with their key; null without it. `partial`: the user left tables out on purpose. */
export async function sessionMasks(
  session: Session,
  name: string | undefined,
  partial: boolean,
): Promise<MaskSet | null> {
  if (name === undefined) return null;
  return masksOf({ workspace: await sessionWorkspace(session), context: session.context }, name, partial);
}
