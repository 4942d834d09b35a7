import type { LedgerEntry } from "@syncline/engine";
import { readLog } from "@syncline/runtime/operations";
import type { ExitReason } from "../../exit-codes.ts";
import { countsDocument, shortCounts } from "../../render/counts.ts";
import { formatColumns } from "../../render/text-table.ts";
import type { Session } from "../../session.ts";
import type { Paint } from "../../terminal/palette.ts";
import type { LogCommandOptions } from "../log.ts";
import { operationSetting } from "../operation-setting.ts";
import { receiptDocument } from "../write/receipt-document.ts";

interface LogInput {
  readonly target: string;
  readonly options: LogCommandOptions;
}

export async function runLog(session: Session, { target, options }: LogInput): Promise<ExitReason> {
  const setting = await operationSetting(session);
  const entries = await readLog(setting, { target, limit: options.limit ?? 20 });
  if (options.json === true) await session.output.json({ entries: entries.map(entryDocument) });
  else await session.output.write(formatLog(entries, session.paint));
  return "ok";
}

function formatLog(entries: readonly LedgerEntry[], paint: Paint): string {
  if (entries.length === 0) return "Nothing was applied here yet.\n";
  const header = ["WHEN", "WHAT", "PATCH", "BY", "ROWS", "STATE", "FROM"].map((name) => paint("dim", name));
  const rows = entries.map((entry) => [
    entry.appliedAt.replace("T", " ").replace(/(\.\d+)?(Z|\+00:00)$/, ""),
    whatOf(entry),
    paint("cyan", entry.patchId),
    entry.actor ?? "",
    shortCounts(entry.counts, paint),
    stateOf(entry, paint),
    entry.source,
  ]);
  return `${formatColumns([header, ...rows], ["left", "left", "left", "left", "left", "left", "left"]).join("\n")}\n`;
}

const PATCH_STRATEGIES = new Set(["manual", "ours", "theirs"]);

/** Moved rows are told by how they met those of the target. */
function whatOf({ kind, strategy }: LedgerEntry): string {
  return kind === "undo" || PATCH_STRATEGIES.has(strategy) ? kind : strategy;
}

function stateOf(entry: LedgerEntry, paint: Paint): string {
  if (entry.undoState === "undone") return paint("dim", "undone");
  return entry.undoState === "partial" ? paint("yellow", "partly undone") : paint("green", "applied");
}

function entryDocument(entry: LedgerEntry) {
  return {
    id: entry.id,
    patch_id: entry.patchId,
    hash: entry.hash,
    kind: entry.kind,
    undoes: entry.undoes,
    applied_at: entry.appliedAt,
    actor: entry.actor,
    reason: entry.reason,
    strategy: entry.strategy,
    source: entry.source,
    ...countsDocument(entry.counts),
    tables: entry.tables.map((table) => ({ name: table.name, ...countsDocument(table) })),
    undo_state: entry.undoState,
    undone_by: entry.undoneBy,
    undone_at: entry.undoneAt,
    receipt: receiptDocument(entry.receipt),
  };
}
