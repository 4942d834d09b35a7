import { existsSync } from "node:fs";
import {
  CodedError,
  countDifferences,
  type DiffFormat,
  type RenderInput,
  type RowChange,
  renderDiff,
  renderInputOfPatch,
} from "@syncline/core";
import type { DiffResult } from "@syncline/engine";
import {
  buildDiffPatch,
  type OpenedDiff,
  type OperationSetting,
  openPrepared,
  prepareDiff,
} from "@syncline/runtime/operations";
import type { ExitReason } from "../../exit-codes.ts";
import { formatAmount } from "../../render/counts.ts";
import type { Session } from "../../session.ts";
import type { DiffCommandOptions } from "../diff.ts";
import { operationSetting } from "../operation-setting.ts";
import { withPatch } from "../patch/open-patch.ts";
import { patchFilesOf } from "../patch/patch-keys.ts";
import { comparisonOf, diffFormat } from "./diff-options.ts";
import { formatExplain } from "./explain-text.ts";
import { readFilter } from "./read-filter.ts";

interface DiffInput {
  readonly source: string;
  readonly target: string;
  readonly options: DiffCommandOptions;
}

interface Comparison {
  readonly session: Session;
  readonly setting: OperationSetting;
  readonly options: DiffCommandOptions;
  readonly format: DiffFormat;
}

export async function runDiff(session: Session, { source, target, options }: DiffInput): Promise<ExitReason> {
  const format = diffFormat(options, "summary");
  refuseExistingOutput(options);
  refuseUnreadableOutput(options, format);
  const filter = await readFilter(options.filter, session.workingFolder);
  const setting = await operationSetting(session);
  const input = comparisonOf({ source, target, options, format, filter });
  const prepared = await prepareDiff(setting, input, { say: (message) => session.people.say(message) });
  if (options.detectConflicts === true || options.base !== undefined) {
    const { showConflicts } = await import("./show-conflicts.ts");
    return showConflicts({ session, setting, prepared, base: options.base ?? null, json: format === "json" });
  }
  const opened = await openPrepared(setting, prepared, input.ignoreFields);
  try {
    const result = await deliver({ session, setting, options, format }, opened);
    if (!result.complete) return "partial";
    return options.exitCode === true && countDifferences(result.totals) > 0 ? "differences" : "ok";
  } finally {
    await opened.close();
  }
}

/** Told before anything is connected; writing checks it again. */
function refuseExistingOutput({ output, overwrite }: DiffCommandOptions): void {
  if (output === undefined || overwrite === true || !existsSync(output)) return;
  throw new CodedError("file.exists", `The file "${output}" exists already.`, {
    hint: "Name another file, or add --overwrite to replace it.",
  });
}

/** Rows are shown from the patch, which nobody but its recipients can read. */
function refuseUnreadableOutput(
  { output, identity, summaryOnly }: DiffCommandOptions,
  format: DiffFormat,
): void {
  const shown = format !== "summary" && summaryOnly !== true;
  if (!shown || identity !== undefined || output?.endsWith(".age") !== true) return;
  throw new CodedError("usage.invalid", `--format ${format} shows rows of "${output}", which is encrypted.`, {
    hint: "Add --identity with the secret key, or leave --format out.",
  });
}

async function deliver(comparison: Comparison, opened: OpenedDiff): Promise<DiffResult> {
  const { session, options } = comparison;
  const result =
    options.output === undefined
      ? await print(comparison, opened)
      : await writeAndPrint(comparison, opened, options.output);
  if (options.explain === true) session.people.tell(formatExplain(opened.run.tables, result, session.paint));
  return result;
}

async function print(comparison: Comparison, { run, ...places }: OpenedDiff): Promise<DiffResult> {
  run.result.catch(() => {}); // a failure also ends the changes, which are read first
  const { tables, changes, result } = run;
  await render(comparison, { ...labels(places), tables, changes, result });
  return run.result;
}

/** The comparison is read once, for the patch; formats with rows then read them from the file. */
async function writeAndPrint(comparison: Comparison, opened: OpenedDiff, path: string): Promise<DiffResult> {
  const { session, setting, options, format } = comparison;
  const files = await patchFilesOf(session, options);
  const overwrite = options.overwrite === true;
  const { result, footer } = await buildDiffPatch(setting, opened, { path, overwrite, files });
  const shown = { ...labels(opened), tables: opened.run.tables, result: Promise.resolve(result) };
  if (format === "summary" || options.summaryOnly === true)
    await render(comparison, { ...shown, changes: noChanges() });
  else {
    await withPatch({ session, files }, path, (patch) =>
      render(comparison, { ...shown, changes: renderInputOfPatch(patch, patch.operations()).changes }),
    );
  }
  const { inserts, updates, deletes } = footer.summary;
  session.people.say(`Wrote ${path} with ${formatAmount(inserts + updates + deletes, "operation")}.`);
  return result;
}

async function render({ session, format, options }: Comparison, input: RenderInput): Promise<void> {
  const { color, columns } = session.terminal;
  const pieces = renderDiff(format, {
    ...input,
    color,
    width: columns,
    summaryOnly: options.summaryOnly === true,
  });
  for await (const text of pieces) {
    session.context.signal.throwIfAborted();
    session.people.pause();
    await session.output.write(text);
  }
}

async function* noChanges(): AsyncGenerator<RowChange> {}

function labels({ source, target }: Pick<OpenedDiff, "source" | "target">) {
  return { source: source.place.label, target: target.place.label };
}
