import { resolve } from "node:path";
import { audit } from "@syncline/api";
import { CodedError } from "@syncline/core";
import { parseRecipients, patchFilesWithKeys } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { AuditExportOptions } from "../audit.ts";
import { serverClient } from "../server-client.ts";
import { bodyOf } from "./response-body.ts";
import { parseTime } from "./time-option.ts";

export async function runAuditExport(session: Session, options: AuditExportOptions): Promise<ExitReason> {
  const { output, recipient = [], overwrite = false } = options;
  if (recipient.length > 0 && output?.endsWith(".age") !== true)
    throw new CodedError("usage.invalid", "--recipient needs an --output that ends in .age.");
  if (recipient.length === 0 && output?.endsWith(".age") === true)
    throw new CodedError("usage.invalid", "An --output that ends in .age needs a --recipient.");
  const from = parseTime("--from", options.from);
  const to = parseTime("--to", options.to);
  const recipients = await parseRecipients(recipient);
  const client = await serverClient(session, options);
  const query = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const body = bodyOf(await client.call(audit.exportAudit, { query }));
  const end = new LineOfEnd();
  if (output === undefined) {
    const decoder = new TextDecoder();
    for await (const bytes of body) {
      await session.output.write(decoder.decode(bytes, { stream: true }));
      end.see(bytes);
    }
    end.assert();
    return "ok";
  }
  const files = patchFilesWithKeys({ recipients, identities: [] });
  const sink = await files.create(resolve(session.workingFolder, output), { overwrite });
  try {
    for await (const bytes of body) {
      await sink.write(bytes);
      end.see(bytes);
    }
    end.assert();
    await sink.commit();
  } finally {
    await sink.discard();
  }
  session.people.say(`The audit log is in "${output}".`);
  return "ok";
}

const LONGEST_END = 400;

/** A server that breaks off ends the body like one that is done. */
class LineOfEnd {
  #last = "";

  see(bytes: Uint8Array): void {
    this.#last = (this.#last + Buffer.from(bytes).toString("latin1")).slice(-LONGEST_END);
  }

  assert(): void {
    if (!/\{"type":"end"[^\n]*\}\n$/.test(this.#last))
      throw new CodedError("connection.lost", "The export ended too early.", { retryable: true });
  }
}
