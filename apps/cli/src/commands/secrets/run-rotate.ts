import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { SecretsRotateOptions } from "../secrets.ts";
import { deskInput } from "../service/service-input.ts";

export async function runSecretsRotate(session: Session, options: SecretsRotateOptions): Promise<ExitReason> {
  const { json, ...flags } = options;
  const { settings, logger } = await deskInput(session, flags);
  const { rotateStateKey } = await import("@syncline/server/service");
  const rotated = await rotateStateKey(settings, logger);
  if (json === true) await session.output.json(rotated);
  else
    await session.output.write(
      `The master key is ${rotated.keyId} now; ${rotated.rewrapped} secrets were wrapped anew, and the older key is gone.\n`,
    );
  return "ok";
}
