import { secrets } from "@syncline/api";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { SecretsOptions } from "../secrets.ts";
import { serverClient } from "../server-client.ts";
import { formatKeys, leftOver } from "./format-keys.ts";

export async function runSecretsRewrap(session: Session, options: SecretsOptions): Promise<ExitReason> {
  const client = await serverClient(session, options);
  const done = await client.call(secrets.rewrapSecrets, {});
  if (options.json === true) await session.output.json(done);
  else
    await session.output.write(
      `${done.rewrapped} secrets were wrapped anew.\n${formatKeys(done.keys, session.paint)}`,
    );
  return leftOver(done.keys) > 0 ? "partial" : "ok";
}
