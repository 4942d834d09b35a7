import { CodedError } from "@syncline/core";
import type { ImportSqlResult } from "@syncline/engine";
import { runImport as importFile, moveStrategy } from "@syncline/runtime/operations";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { formatCount } from "../../terminal/progress-text.ts";
import type { ImportCommandOptions } from "../import.ts";
import { operationSetting } from "../operation-setting.ts";
import { MoveConflicts } from "../write/move-conflicts.ts";
import { writeConsent } from "../write/move-options.ts";
import { printMove } from "../write/print-move.ts";
import { receiptDocument } from "../write/receipt-document.ts";
import { type ImportArguments, importInput } from "./import-input.ts";
import { refuseRowOptions } from "./row-options.ts";

export async function runImport(session: Session, wanted: ImportArguments): Promise<ExitReason> {
  const { options } = wanted;
  const input = importInput(session, wanted);
  const conflicts = new MoveConflicts(session, options);
  const setting = await operationSetting(session, writeConsent(options));
  try {
    const report = await importFile(setting, input, {
      say: (text) => session.people.say(text),
      openConflicts: conflicts.open,
      beforeWrite: async ({ target, kind }) => {
        if (kind === "sql") refuseRowOptions(options);
        else await confirmReplaceAll(session, target.label, options);
      },
    });
    const { method, source, target } = report;
    if (method.kind === "sql")
      return await printSql(session, { source, target, result: method.result }, options);
    const conflictFile = await conflicts.finish(method.result);
    const about = { action: "import", source, target, strategy: moveStrategy(input.strategy) };
    const outcome = { ...about, result: method.result, conflictFile, conflicts: conflicts.first };
    return await printMove(session, outcome, options.json === true);
  } finally {
    await conflicts.discard();
  }
}

/** Deletes roots that the file does not name: only after a yes. */
async function confirmReplaceAll(
  { people }: Session,
  label: string,
  { replaceAll, yes, dryRun, confirm }: ImportCommandOptions,
): Promise<void> {
  if (replaceAll !== true || yes === true || dryRun === true || confirm !== undefined) return;
  const question = `This deletes every root in "${label}" that the file does not list, with all that belongs to it. Go on? [y/N] `;
  if (people.canAsk && /^y(es)?$/i.test((await people.ask(question)).trim())) return;
  throw new CodedError(
    "usage.confirmation_required",
    `Replacing all of "${label}" was not confirmed; nothing was changed.`,
    { hint: "Look with --dry-run first; then answer y, or pass --yes." },
  );
}

async function printSql(
  { output }: Session,
  {
    source,
    target,
    result,
  }: { readonly source: string; readonly target: string; readonly result: ImportSqlResult },
  { json }: ImportCommandOptions,
): Promise<ExitReason> {
  const receipt = receiptDocument(result.receipt);
  if (json === true)
    await output.json({ action: "import", source, target, format: "sql", ...result, receipt });
  else {
    const how = result.outcome === "dry-run" ? "Dry run, rolled back: " : "";
    await output.line(
      `${how}${formatCount(result.rows)} rows and ${formatCount(result.statements)} statements of ${source} into ${target}.`,
    );
  }
  return "ok";
}
