import type { AnswerOf, conflicts } from "@syncline/api";
import type { DocumentRow, ListedConflict, RulePreview, WholeConflict } from "@syncline/control-plane";
import { contestedColumns } from "@syncline/core";
import type { ConflictSides } from "../work/conflict-sides.ts";
import { iso, isoOrNull } from "./present.ts";

export type ConflictAnswer = AnswerOf<typeof conflicts.resolveConflict>;
type WholeAnswer = AnswerOf<typeof conflicts.getConflict>;
type Previewed = AnswerOf<typeof conflicts.previewRule>["firstDecided"][number];

/** UTF-16 code units of a value in a list. */
const LONGEST_SHOWN = 300;
const MOST_CELLS = 20;

export function presentConflict(conflict: ListedConflict): ConflictAnswer {
  const { resolution } = conflict;
  return {
    id: conflict.id,
    jobId: conflict.jobId,
    runId: conflict.runId,
    table: conflict.tableName,
    keyText: conflict.keyText,
    kind: conflict.kind,
    key: cutRow(conflict.key),
    columns: conflict.columns,
    state: conflict.state,
    createdAt: iso(conflict.createdAt),
    seenAt: iso(conflict.seenAt),
    closedAt: isoOrNull(conflict.closedAt),
    resolution: resolution && { ...resolution, resolvedAt: iso(resolution.resolvedAt) },
  };
}

/** Of one that was read whole, what a list has of it. */
export function listedOf({ document, resolutions, ...conflict }: WholeConflict): ListedConflict {
  const [newest] = resolutions;
  const { id, choice, resolvedBy, resolvedAt } = newest ?? {};
  const resolution =
    id === undefined || choice === undefined || resolvedBy === undefined || resolvedAt === undefined
      ? null
      : { id, choice, resolvedBy, resolvedAt };
  return { ...conflict, key: document.key, resolution };
}

export function presentWhole(conflict: WholeConflict, sides: ConflictSides): WholeAnswer {
  const { document, jobName, definition, choices, resolutions } = conflict;
  return {
    ...presentConflict(listedOf(conflict)),
    document,
    jobName,
    jobKind: definition?.kind ?? null,
    sides,
    choices: [...choices],
    decisions: resolutions.map(({ id, choice, row, resolvedBy, resolvedAt }) => ({
      id,
      choice,
      row: row as WholeAnswer["decisions"][number]["row"],
      resolvedBy,
      resolvedAt: iso(resolvedAt),
    })),
  };
}

export function presentPreview({ firstDecided, firstLeft, ...preview }: RulePreview) {
  return {
    ...preview,
    choices: [...preview.choices],
    reasons: [...preview.reasons],
    firstDecided: firstDecided.map(previewed),
    firstLeft: firstLeft.map(previewed),
  };
}

function previewed({ record, decision }: RulePreview["firstDecided"][number]): Previewed {
  const { document } = record;
  const chosen = decision.kind === "decided" ? decision.chosen : null;
  const row = chosen === null ? null : chosen.choice === "row" ? chosen.row : document[chosen.choice];
  return {
    id: record.id,
    table: record.tableName,
    key: cutRow(document.key),
    kind: record.kind,
    choice: chosen?.choice ?? null,
    result: chosen === null ? null : row === null ? "no-row" : "row",
    reason: decision.kind === "left" ? decision.reason : null,
    detail: decision.kind === "left" ? decision.detail : null,
    cells: differing(record).map((column) => ({
      column,
      ...cellOf("ours", document.ours, column),
      ...cellOf("theirs", document.theirs, column),
      ...(chosen === null ? {} : cellOf("chosen", row, column)),
    })),
  };
}

/** What somebody has to decide; of a row that one side has not, its first columns. */
function differing({ columns, document }: RulePreview["firstDecided"][number]["record"]): readonly string[] {
  const { base, ours, theirs, key } = document;
  const map = (row: DocumentRow | null) => (row === null ? null : new Map(Object.entries(row)));
  const contested = contestedColumns({ columns, base: map(base), ours: map(ours), theirs: map(theirs) });
  const rest = Object.keys(ours ?? theirs ?? base ?? {}).filter((column) => !(column in key));
  return (contested.length > 0 ? contested : rest).slice(0, MOST_CELLS);
}

function cellOf(name: "ours" | "theirs" | "chosen", row: DocumentRow | null, column: string) {
  const value = row?.[column];
  return value === undefined ? {} : { [name]: cut(value) };
}

function cutRow(row: DocumentRow): Record<string, string | null> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, cut(value)]));
}

function cut(value: string | null): string | null {
  return value === null || value.length <= LONGEST_SHOWN ? value : `${value.slice(0, LONGEST_SHOWN)}…`;
}
