import { CodedError, type MoveStrategy } from "@syncline/core";
import type { ImportSqlResult } from "@syncline/engine";
import { assertFlow } from "../../flow.ts";
import { resolvePlace } from "../../place.ts";
import type { OperationReport, OperationSetting } from "../contract.ts";
import { NOTHING_MOVED } from "../copy/load-summary.ts";
import { contradiction, moveStrategy } from "../moves/move-choices.ts";
import { moveSummary } from "../moves/move-summary.ts";
import { agreeToWrite } from "../target/assert-consent.ts";
import type { ImportHooks, ImportInput, ImportMethod, ImportReport } from "./import-input.ts";
import { followsDeletes, type ImportRun } from "./import-run.ts";
import { importSqlFile } from "./import-sql-file.ts";
import { moveFiles } from "./move-files.ts";
import { type ImportFile, openImport } from "./open-import.ts";

/**
 * Writes an export, a pulled directory or an SQL file into a target, in one transaction.
 * @throws CodedError when it cannot be done at all; nothing was written then
 */
export async function runImport(
  setting: OperationSetting,
  input: ImportInput,
  hooks: ImportHooks = {},
): Promise<ImportReport> {
  const said: string[] = [];
  const say = hooks.say ?? ((text: string) => void said.push(text));
  const strategy = strategyOf(input);
  const { workspace, context } = setting;
  const { signal } = context;
  const target = await resolvePlace(workspace, input.target, signal);
  const flow = { source: { kind: "directory", place: input.file }, target, masked: false, signal } as const;
  for (const warning of await assertFlow(workspace, flow)) context.warn(warning);
  const opened = await openImport(setting, input, { mayDelete: followsDeletes(strategy), say });
  await agreeToWrite(setting, { action: "import", target, dryRun: input.dryRun });
  await hooks.beforeWrite?.({ target, kind: opened.kind });
  const method = await write({ setting, input, hooks, say, target, strategy }, opened);
  const summary =
    method.kind === "rows" ? moveSummary(method.result, said) : sqlSummary(setting, method.result, said);
  const source = opened.kind === "rows" ? opened.files.label : input.file.label;
  return { ...summary, source, target: target.label, method };
}

async function write(run: ImportRun, opened: ImportFile): Promise<ImportMethod> {
  if (opened.kind === "sql") return { kind: "sql", result: await importSqlFile(run, opened) };
  if (run.input.anySql)
    throw new CodedError("usage.invalid", "--any-sql is for SQL files.", {
      hint: "Leave it out: this file holds rows.",
    });
  return { kind: "rows", result: await moveFiles({ ...run, files: opened.files }) };
}

function strategyOf({ strategy, base, replaceAll }: ImportInput): MoveStrategy {
  const chosen = moveStrategy(strategy);
  if (base !== null && chosen !== "three-way")
    throw contradiction(`--base is for three-way, found ${strategy}`);
  if (replaceAll && chosen !== "replace")
    throw contradiction(`--replace-all deletes rows, ${strategy} does not`);
  return chosen;
}

function sqlSummary(
  { applicationId }: OperationSetting,
  { outcome, receipt, rows, tables }: ImportSqlResult,
  notes: readonly string[],
): OperationReport {
  return {
    ...NOTHING_MOVED,
    ledgerIds: applicationId === null || outcome === "dry-run" ? [] : [applicationId],
    receipts: receipt === null || outcome === "dry-run" ? [] : [receipt],
    counts: { ...NOTHING_MOVED.counts, inserted: rows },
    tables: tables.map(({ name, rows: inserted }) => ({ name, inserted })),
    notes,
  };
}
