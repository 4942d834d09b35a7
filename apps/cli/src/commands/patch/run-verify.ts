import { verifyPatch } from "@syncline/engine";
import type { ExitReason } from "../../exit-codes.ts";
import { formatAmount } from "../../render/counts.ts";
import type { Session } from "../../session.ts";
import type { FileCommandOptions } from "../patch.ts";
import { withPatch } from "./open-patch.ts";
import { patchFilesOf } from "./patch-keys.ts";

interface VerifyInput {
  readonly file: string;
  readonly options: FileCommandOptions;
}

export async function runVerify(session: Session, { file, options }: VerifyInput): Promise<ExitReason> {
  const files = await patchFilesOf(session, options);
  const found = await withPatch({ session, files }, file, (patch) =>
    verifyPatch({ ctx: session.context, patch }),
  );
  const { id, hash, counts, operations, complete, contentDigest } = found;
  if (options.json === true) {
    await session.output.json({
      file,
      ok: true,
      id,
      hash,
      operations,
      ...counts,
      complete,
      content_digest: contentDigest,
    });
    return "ok";
  }
  const { inserts, updates, deletes } = counts;
  await session.output.line(`${session.paint("green", "✓")} ${file} is whole: patch ${id}`);
  await session.output.line(
    `  ${formatAmount(operations, "operation")}: ${formatAmount(inserts, "insert")}, ${formatAmount(updates, "update")}, ${formatAmount(deletes, "delete")}`,
  );
  await session.output.line(`  content sha256 ${hash}`);
  if (!contentDigest)
    session.people.say("note: the file carries no digest over its header, only one over its operations");
  if (!complete)
    session.people.say("note: the comparison behind it was cut short, so its deletes are never applied");
  return "ok";
}
