import { formatQualifiedName, type MergeConflict, visibleText } from "@syncline/core";
import type { CopiedTable, CreateDefinitionsResult } from "@syncline/engine";
import type { CopyMethod, CopyReport } from "@syncline/runtime/operations";
import type { ExitReason } from "../../exit-codes.ts";
import { formatColumns } from "../../render/text-table.ts";
import type { Session } from "../../session.ts";
import { formatCount } from "../../terminal/progress-text.ts";
import type { CopyCommandOptions } from "../copy.ts";
import { printMove } from "../write/print-move.ts";

export interface PrintedCopy {
  readonly report: CopyReport;
  readonly options: CopyCommandOptions;
  readonly conflicts: readonly MergeConflict[];
  readonly conflictFile: string | null;
}

/** Prints what a copy did and says how the command ends. */
export async function printCopy(session: Session, printed: PrintedCopy): Promise<ExitReason> {
  const { report, options } = printed;
  const reason = await printMethod(session, printed);
  if (report.definitions === null) return reason;
  tell(session, printed, report.definitions);
  if (report.method.kind === "definitions" && options.json === true)
    await session.output.json(definitionsDocument(printed, report.definitions));
  return reason;
}

async function printMethod(session: Session, printed: PrintedCopy): Promise<ExitReason> {
  const { report, options, conflicts, conflictFile } = printed;
  const { source, target, method } = report;
  if (method.kind === "definitions") return "ok";
  if (method.kind === "bulk") return printLoaded(session, printed, method);
  const about = { action: "copy", source, target, strategy: options.strategy };
  const outcome = { ...about, result: method.result, conflicts, conflictFile };
  return printMove(session, outcome, options.json === true);
}

type Bulk = Extract<CopyMethod, { kind: "bulk" }>;

async function printLoaded(session: Session, printed: PrintedCopy, bulk: Bulk): Promise<ExitReason> {
  if (printed.options.json === true) await session.output.json(loadedDocument(printed, bulk));
  else await printForPeople(session, printed, bulk);
  return bulk.result.outcome === "partial" ? "partial" : "ok";
}

function loadedDocument({ report, options }: PrintedCopy, { result }: Bulk) {
  return {
    action: "copy",
    outcome: result.outcome === "copied" ? "applied" : result.outcome,
    source: report.source,
    target: report.target,
    strategy: options.strategy,
    method: "bulk",
    ledger_id: result.ledgerId,
    inserted: result.rows,
    updated: 0,
    deleted: 0,
    unchanged: 0,
    skipped: 0,
    conflicts: 0,
    undecided: 0,
    bytes: result.bytes,
    tables: result.tables.map((table) => ({
      name: formatQualifiedName(table.target),
      outcome: table.outcome,
      inserted: table.outcome === "done" ? table.rows : 0,
      bytes: table.bytes,
      error: failureDocument(table),
    })),
    notes: result.notes,
  };
}

function failureDocument({ failure }: CopiedTable) {
  return failure === null
    ? null
    : { code: failure.code, message: failure.message, hint: failure.hint ?? null };
}

async function printForPeople(session: Session, { report }: PrintedCopy, { result }: Bulk): Promise<void> {
  const { output, people, paint } = session;
  const way = `${report.source} to ${report.target}`;
  const loaded = `${formatCount(result.rows)} rows loaded into empty tables`;
  const partial = result.outcome === "partial";
  await output.line(`${partial ? paint("red", "✗") : paint("green", "✓")} copy ${way}: ${loaded}`);
  const rows = result.tables.map((table) => [
    `  ${visibleText(formatQualifiedName(table.target))}`,
    table.outcome === "done" ? paint("green", `+${formatCount(table.rows)}`) : paint("red", table.outcome),
    table.failure?.message ?? "",
  ]);
  for (const line of formatColumns(rows, ["left", "left", "left"])) await output.line(line);
  for (const note of result.notes) people.say(`note: ${note}`);
  if (partial) people.say("Tables that failed are as empty as before; the same command loads the rest.");
}

function tell(
  { people }: Session,
  { report, options }: PrintedCopy,
  { created, kept, uncovered }: CreateDefinitionsResult,
): void {
  const made = options.dryRun === true ? "would be made" : "made";
  people.say(`${created.length} objects ${made} in ${report.target}, ${kept.length} were there.`);
  if (uncovered.length > 0)
    people.warn(`Not copied: ${uncovered.slice(0, 10).join(", ")}${uncovered.length > 10 ? " …" : ""}.`);
}

function definitionsDocument({ report, options }: PrintedCopy, result: CreateDefinitionsResult) {
  return {
    action: "copy",
    outcome: options.dryRun === true ? "dry-run" : "applied",
    source: report.source,
    target: report.target,
    method: "definitions",
    created: result.created,
    kept: result.kept,
    differing: result.differing,
    uncovered: result.uncovered,
  };
}
