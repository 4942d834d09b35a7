import type { OperationSetting } from "@syncline/runtime/operations";
import type { Session } from "../session.ts";
import { type ConfirmOptions, confirmWrite } from "./confirm-write.ts";
import { sessionWorkspace } from "./places.ts";

/** What an operation gets from somebody at a terminal: writes are confirmed there, or by options. */
export async function operationSetting(
  session: Session,
  options: ConfirmOptions = {},
): Promise<OperationSetting> {
  return {
    workspace: await sessionWorkspace(session),
    folder: session.workingFolder,
    context: session.context,
    confirmWrite: ({ target, dryRun }) => confirmWrite(session, target, { ...options, dryRun }),
    applicationId: null,
    fence: null,
  };
}
