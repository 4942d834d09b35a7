import { invertPatch, type WrittenPatch } from "@syncline/engine";
import { createSha256 } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import { formatAmount } from "../../render/counts.ts";
import type { Session } from "../../session.ts";
import type { FileCommandOptions } from "../patch.ts";
import { withPatch } from "./open-patch.ts";
import { patchFilesOf } from "./patch-keys.ts";

interface RewriteInput {
  readonly file: string;
  readonly options: FileCommandOptions;
}

export async function runInvert(session: Session, { file, options }: RewriteInput): Promise<ExitReason> {
  const path = options.output ?? "";
  const overwrite = options.overwrite === true;
  const files = await patchFilesOf(session, options);
  const written = await withPatch({ session, files }, file, (patch) =>
    invertPatch({
      ctx: session.context,
      patch,
      path,
      overwrite,
      files,
      createDigest: createSha256,
    }),
  );
  await printWritten(session, { path, written, json: options.json === true });
  return "ok";
}

/** Says which patch now lies where. */
export async function printWritten(
  session: Session,
  { path, written, json }: { path: string; written: WrittenPatch; json: boolean },
): Promise<void> {
  const { inserts, updates, deletes } = written.footer.summary;
  if (json) {
    await session.output.json({
      file: path,
      id: written.header.id,
      hash: written.hash,
      inserts,
      updates,
      deletes,
    });
    return;
  }
  const parts = [
    formatAmount(inserts, "insert"),
    formatAmount(updates, "update"),
    formatAmount(deletes, "delete"),
  ];
  await session.output.line(
    `${session.paint("green", "✓")} Wrote ${path}: patch ${written.header.id} with ${formatAmount(inserts + updates + deletes, "operation")} (${parts.join(", ")})`,
  );
}
