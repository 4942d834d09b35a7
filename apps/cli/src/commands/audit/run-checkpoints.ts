import { audit } from "@syncline/api";
import type { ExitReason } from "../../exit-codes.ts";
import { formatColumns } from "../../render/text-table.ts";
import type { Session } from "../../session.ts";
import type { AuditCheckpointsOptions } from "../audit.ts";
import { serverClient } from "../server-client.ts";

const NEWEST = 20;

export async function runAuditCheckpoints(
  session: Session,
  options: AuditCheckpointsOptions,
): Promise<ExitReason> {
  const client = await serverClient(session, options);
  const { items } = await client.call(audit.listCheckpoints, { query: { limit: NEWEST } });
  if (options.json === true) {
    await session.output.json({ checkpoints: items });
    return "ok";
  }
  const { paint } = session;
  const header = ["ENTRIES", "WHEN", "HASH", "SIGNED BY"].map((name) => paint("dim", name));
  const rows = items.map(({ seq, at, hash, publicKey }) => [String(seq), at, hash.slice(0, 16), publicKey]);
  if (rows.length === 0)
    await session.output.line("There is no checkpoint yet; the first comes within seconds.");
  else
    await session.output.write(
      `${formatColumns([header, ...rows], ["right", "left", "left", "left"]).join("\n")}\n`,
    );
  return "ok";
}
