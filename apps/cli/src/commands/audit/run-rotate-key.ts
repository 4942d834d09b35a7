import { audit } from "@syncline/api";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { AuditCheckpointsOptions } from "../audit.ts";
import { serverClient } from "../server-client.ts";

export async function runAuditRotateKey(
  session: Session,
  options: AuditCheckpointsOptions,
): Promise<ExitReason> {
  const client = await serverClient(session, options);
  const { from, to } = await client.call(audit.rotateAuditKey, {});
  if (options.json === true) await session.output.json({ from, to });
  else await session.output.write(`Checkpoints are signed by ${to}\nuntil now by            ${from}\n`);
  return "ok";
}
