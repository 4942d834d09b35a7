import type { SignatureVerdict } from "@syncline/core";
import { type PatchVerification, verifyPatch } from "@syncline/engine";
import type { ExitReason } from "../../exit-codes.ts";
import { formatAmount } from "../../render/counts.ts";
import type { Session } from "../../session.ts";
import type { VerifyCommandOptions } from "./define-signing.ts";
import { withPatch } from "./open-patch.ts";
import { patchFilesOf } from "./patch-keys.ts";
import {
  demandedSignatures,
  describeVerdict,
  judgePatch,
  signatureProblem,
  verdictRecord,
} from "./signature-check.ts";

interface VerifyInput {
  readonly file: string;
  readonly options: VerifyCommandOptions;
}

export async function runVerify(session: Session, { file, options }: VerifyInput): Promise<ExitReason> {
  const files = await patchFilesOf(session, options);
  const demanded = await demandedSignatures(session, options);
  const found = await withPatch({ session, files }, file, async (patch) => ({
    ...(await verifyPatch({ ctx: session.context, patch })),
    verdicts: judgePatch(session, patch, demanded),
  }));
  const problem = signatureProblem(file, found.verdicts, demanded);
  await print(session, { file, json: options.json === true, ok: problem === null }, found);
  if (problem !== null) throw problem;
  return "ok";
}

type Found = PatchVerification & { readonly verdicts: readonly SignatureVerdict[] };

async function print(
  session: Session,
  { file, json, ok }: { readonly file: string; readonly json: boolean; readonly ok: boolean },
  found: Found,
): Promise<void> {
  const { id, hash, counts, operations, complete, contentDigest, verdicts } = found;
  if (json) {
    await session.output.json({
      file,
      ok,
      id,
      hash,
      operations,
      ...counts,
      complete,
      content_digest: contentDigest,
      signatures: verdicts.map(verdictRecord),
    });
    return;
  }
  const { inserts, updates, deletes } = counts;
  await session.output.line(`${session.paint("green", "✓")} ${file} is whole: patch ${id}`);
  await session.output.line(
    `  ${formatAmount(operations, "operation")}: ${formatAmount(inserts, "insert")}, ${formatAmount(updates, "update")}, ${formatAmount(deletes, "delete")}`,
  );
  await session.output.line(`  content sha256 ${hash}`);
  for (const verdict of verdicts) await session.output.line(`  signature ${describeVerdict(verdict)}`);
  if (!contentDigest)
    session.people.say("note: the file carries no digest over its header, only one over its operations");
  if (!complete)
    session.people.say("note: the comparison behind it was cut short, so its deletes are never applied");
}
