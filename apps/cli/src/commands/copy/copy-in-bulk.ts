import { formatQualifiedName, visibleText } from "@syncline/core";
import { type CopiedTable, type CopyResult, copyTables } from "@syncline/engine";
import { openAnyEndpoint, openBulk } from "@syncline/runtime";
import type { ExitReason } from "../../exit-codes.ts";
import { formatColumns } from "../../render/text-table.ts";
import { formatCount } from "../../terminal/progress-text.ts";
import type { CopyPlan } from "./copy-plan.ts";

export type Loaded = Exclude<CopyResult, { outcome: "unsuitable" }>;

/** Loads empty tables at full speed; null when they are not empty, or what is wanted needs a comparison. */
export async function copyInBulk(plan: CopyPlan): Promise<Loaded | null> {
  const { session, source, target, options, diff } = plan;
  if (!mayLoad(plan)) return null;
  const bulk = openBulk(target);
  try {
    const { tableMap, columnMap, tablePatterns, filter, ignoreFields, parallel } = diff;
    const result = await copyTables({
      ctx: session.context,
      openSource: () => openAnyEndpoint(source, null),
      target: bulk,
      options: {
        tableMap,
        columnMap,
        tablePatterns,
        targetOnly: "leave",
        filter,
        ignoreFields,
        parallel,
        ...(diff.prepare === undefined ? {} : { prepare: diff.prepare }),
        singleTransaction: options.singleTransaction === true,
        dryRun: false,
        triggers: options.triggers,
        lockTimeoutMs: options.lockTimeout,
      },
    });
    return result.outcome === "unsuitable" ? null : result;
  } finally {
    await bulk.close();
  }
}

/** A dry run shall do what a real one does and take it back; files and questions need the comparison. */
function mayLoad({ source, options, diff }: CopyPlan): boolean {
  const asks = options.strategy === "interactive" || options.strategy === "three-way";
  return (
    source.kind === "live" &&
    options.dryRun !== true &&
    options.incremental !== true &&
    options.renumber !== true &&
    options.dataset === undefined &&
    !asks &&
    diff.keys.size === 0
  );
}

/** Prints what was loaded. */
export async function printLoaded(plan: CopyPlan, result: Loaded): Promise<ExitReason> {
  const { session, options } = plan;
  if (options.json === true) await session.output.json(loadedDocument(plan, result));
  else await printForPeople(plan, result);
  return result.outcome === "partial" ? "partial" : "ok";
}

function loadedDocument({ source, target, options }: CopyPlan, result: Loaded) {
  return {
    action: "copy",
    outcome: result.outcome === "copied" ? "applied" : result.outcome,
    source: source.place.label,
    target: target.label,
    strategy: options.strategy,
    method: "bulk",
    ledger_id: null,
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

async function printForPeople({ session, source, target }: CopyPlan, result: Loaded): Promise<void> {
  const { output, people, paint } = session;
  const way = `${source.place.label} to ${target.label}`;
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
