import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { audit } from "@syncline/api";
import { type AuditReport, CodedError, SIGNER_PATTERN, verifyAuditLines } from "@syncline/core";
import { readAuditLines, readCheckpoints } from "@syncline/runtime/audit-file";
import { createSha256, patchFilesWithKeys, readIdentities, verifyStatement } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { Paint } from "../../terminal/palette.ts";
import type { AuditVerifyOptions } from "../audit.ts";
import { serverClient } from "../server-client.ts";
import { bodyOf } from "./response-body.ts";

interface VerifyInput {
  readonly file: string | null;
  readonly options: AuditVerifyOptions;
}

export async function runAuditVerify(session: Session, input: VerifyInput): Promise<ExitReason> {
  const { checkpoint = [], signer = [], json } = input.options;
  const held = await Promise.all(checkpoint.map((file) => readHeld(session, file)));
  const wrong = signer.find((key) => !SIGNER_PATTERN.test(key));
  if (wrong !== undefined)
    throw new CodedError("usage.invalid", `--signer "${wrong.slice(0, 80)}" is not a public key.`, {
      hint: "It is written ed25519: and 44 characters of base64.",
    });
  const report = await verifyAuditLines(readAuditLines(await bytesOf(session, input)), {
    signers: signer,
    held: held.flat(),
    whole: input.file === null,
    createDigest: createSha256,
    verify: verifyStatement,
  });
  if (json === true) await session.output.json(report);
  else await session.output.write(formatReport(report, session.paint));
  if (report.fault !== null) throw tampered(report);
  return "ok";
}

async function readHeld(session: Session, file: string) {
  try {
    return readCheckpoints(await readFile(resolve(session.workingFolder, file), "utf8"), `"${file}"`);
  } catch (error) {
    if (error instanceof CodedError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new CodedError(missing ? "file.not_found" : "file.io_failed", `"${file}" cannot be read.`, {
      cause: error,
    });
  }
}

async function bytesOf(session: Session, { file, options }: VerifyInput): Promise<AsyncIterable<Uint8Array>> {
  if (file === null)
    return bodyOf(await (await serverClient(session, options)).call(audit.exportAudit, { query: {} }));
  const places = { folder: session.workingFolder, environment: session.environment };
  const identities = await readIdentities(options.identity ?? [], places);
  const files = patchFilesWithKeys({ recipients: [], identities });
  return (await files.open(resolve(session.workingFolder, file))).open();
}

function formatReport(report: AuditReport, paint: Paint): string {
  const { entries, last, covered, checkpoints, signers, pinned, fault, faults } = report;
  const { table, store, held } = checkpoints;
  const lines = [
    `${entries} entries, up to ${last}`,
    `checkpoints: ${table} of the server, ${store} copied to its object store, ${held} of yours`,
    ...signers.map((key) => `signed by ${key}`),
    ...faults.map(({ kind, seq, until, message }) =>
      paint(
        "red",
        `${kind.padEnd(10)} ${seq === until ? `entry ${seq}` : `entries ${seq} to ${until}`}: ${message}`,
      ),
    ),
  ];
  if (fault === null) {
    const before = last - entries;
    if (before > 0) lines.push(`It begins behind entry ${before}: nothing is said of what is before.`);
    if (covered > before) lines.push(paint("green", `Nothing was changed up to entry ${covered}.`));
    if (last > covered)
      lines.push(
        covered > before
          ? `The ${last - covered} entries after it have no checkpoint yet; their chain is whole.`
          : "No checkpoint vouches for any entry; their chain is whole.",
      );
    if (!pinned)
      lines.push(
        "Neither --checkpoint nor --signer was given: a log that was made anew with another key would pass.",
      );
  }
  return `${lines.join("\n")}\n`;
}

function tampered({ fault }: AuditReport): CodedError {
  const { kind = "edited", seq = 0, until = 0, message = "" } = fault ?? {};
  const where = seq === until ? `entry ${seq}` : `one of the entries ${seq} to ${until}`;
  return new CodedError("audit.tampered", `The audit log was tampered with: ${where}, ${kind}. ${message}`, {
    hint: "Keep the export and your checkpoints; docs/runbooks/incident-review.md goes on from here.",
    details: { kind, seq, until },
  });
}
