import { secrets } from "@syncline/api";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { SecretsOptions } from "../secrets.ts";
import { serverClient } from "../server-client.ts";
import { formatKeys } from "./format-keys.ts";

export async function runSecretsStatus(session: Session, options: SecretsOptions): Promise<ExitReason> {
  const client = await serverClient(session, options);
  const { keys } = await client.call(secrets.secretsStatus, {});
  if (options.json === true) await session.output.json({ keys });
  else await session.output.write(formatKeys(keys, session.paint));
  return "ok";
}
