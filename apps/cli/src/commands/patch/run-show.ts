import { type PatchFile, patchSql, renderDiff, renderInputOfPatch, renderPatch } from "@syncline/core";
import { patchInput } from "@syncline/runtime/operations";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { diffFormat } from "../diff/diff-options.ts";
import type { FileCommandOptions, ShowCommandOptions } from "../patch.ts";
import { withPatch } from "./open-patch.ts";
import { patchFilesOf } from "./patch-keys.ts";
import { chooseOperations, parseSelections } from "./selection.ts";
import { describeVerdict, judgePatch } from "./signature-check.ts";

interface ShowInput {
  readonly file: string;
  readonly options: ShowCommandOptions;
}

export async function runShow(session: Session, { file, options }: ShowInput): Promise<ExitReason> {
  const files = await patchFilesOf(session, options);
  await withPatch({ session, files }, file, (patch) => print(session, shownText(session, patch, options)));
  return "ok";
}

function shownText(session: Session, patch: PatchFile, options: ShowCommandOptions): AsyncIterable<string> {
  const { terminal } = session;
  const format = diffFormat(options, "detailed");
  const look = { color: terminal.color, width: terminal.columns };
  const signatures = judgePatch(session, patch).map(describeVerdict);
  const selections = parseSelections(options.select);
  if (selections === null) return renderPatch(patch, { ...look, format, signatures });
  const choose = chooseOperations(selections, patch.header.tables);
  return renderDiff(format, { ...renderInputOfPatch(patch, patch.operations(), choose), ...look });
}

interface SqlInput {
  readonly file: string;
  readonly options: FileCommandOptions;
}

export async function runSql(session: Session, { file, options }: SqlInput): Promise<ExitReason> {
  const selections = parseSelections(options.select);
  const reverse = options.reverse === true;
  const files = await patchFilesOf(session, options);
  await withPatch({ session, files }, file, (patch) =>
    print(
      session,
      patchSql(
        reverse || selections !== null
          ? patchInput(patch, { context: session.context, reverse, selections })
          : patch,
      ),
    ),
  );
  return "ok";
}

async function print({ context, output, people }: Session, texts: AsyncIterable<string>): Promise<void> {
  for await (const text of texts) {
    context.signal.throwIfAborted();
    people.pause();
    await output.write(text);
  }
}
