import {
  compareAges,
  isAgeType,
  type MergeConflict,
  type PatchTable,
  patchOperation,
  type RowUpdate,
} from "@syncline/core";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { RunContext } from "../../ports/run-context.ts";
import type { DiffOptions } from "../diff-contract.ts";
import { diffEndpoints } from "../diff-endpoints.ts";

export interface DetectByTimeInput {
  readonly ctx: RunContext;
  readonly openSource: () => Promise<Endpoint>;
  readonly openTarget: () => Promise<Endpoint>;
  readonly diff: DiffOptions;
  /** RFC 3339, UTC. */
  readonly since: string;
  /** Columns that say when a row was changed last, in order of preference. */
  readonly fields: readonly string[];
  readonly onConflict: (conflict: MergeConflict) => void;
}

export interface DetectedByTime {
  readonly conflicts: number;
  /** Tables without such a column. */
  readonly notJudged: readonly string[];
}

/** Rows that differ and that both sides changed after an instant, by a timestamp column. */
export async function detectByTime(input: DetectByTimeInput): Promise<DetectedByTime> {
  const [source, target] = await Promise.all([input.openSource(), input.openTarget()]);
  const carryAlong = new Map([["*", input.fields]]);
  const options = { ...input.diff, images: "all" as const, carryAlong };
  const run = await diffEndpoints({ ctx: input.ctx, source, target, options });
  try {
    const fields = run.tables.map(({ patchTable }) => timeField(patchTable, input.fields));
    let conflicts = 0;
    for await (const change of run.changes) {
      const [table, field] = [run.tables[change.table]?.patchTable, fields[change.table]];
      if (change.kind !== "update" || table === undefined || field === undefined || field === null) continue;
      if (!changedSince(change, field, input.since)) continue;
      conflicts += 1;
      input.onConflict(conflictOf(table, change));
    }
    await run.result;
    const notJudged = run.tables
      .filter((_, index) => fields[index] === null)
      .map(({ patchTable }) => patchTable.name);
    return { conflicts, notJudged };
  } finally {
    await run.close();
  }
}

interface TimeField {
  readonly name: string;
  readonly type: string;
}

/** A revision number says nothing about when. */
function timeField({ columns }: PatchTable, fields: readonly string[]): TimeField | null {
  for (const name of fields) {
    const column = columns.find(
      ([each, type]) => each === name && isAgeType(type) && /^(timestamp|date)/.test(type),
    );
    if (column !== undefined) return { name, type: column[1] };
  }
  return null;
}

/** Whether both sides' timestamps are later; both were told along with the row. */
function changedSince({ along = [], changes }: RowUpdate, { name, type }: TimeField, since: string): boolean {
  const values = [...along, ...changes].find(({ column }) => column === name);
  const text = since.replace("T", " ").replace(/Z$/, "+00");
  const later = (value: string | null) => compareAges({ source: value, target: text }, type, 0) === "source";
  return values !== undefined && later(values.before) && later(values.after);
}

function conflictOf(table: PatchTable, change: RowUpdate): MergeConflict {
  const operation = patchOperation(table, change);
  const side = (name: "before" | "after") => new Map(change.changes.map((each) => [each.column, each[name]]));
  const columns = change.changes.map(({ column }) => column);
  const kind = "update-update";
  return {
    table: table.name,
    key: operation.key,
    kind,
    columns,
    base: null,
    ours: side("before"),
    theirs: side("after"),
  };
}
