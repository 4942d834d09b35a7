import { lastChangeFirst, saysWhenMade } from "../move/last-change-first.ts";
import type { MoveRules } from "../move/move-rules.ts";
import type { PatchRow, PatchTable } from "../patch/patch.ts";
import type { MergeConflict, MergeResolution } from "./merge-outcome.ts";
import { mergeRuleResolution } from "./rule-resolution.ts";

/**
 * What makes a row that both sides changed a conflict. Rows that both sides changed alike never are.
 * - `changed-fields`: one column changed on both sides to different values. A column that only says when the row was
 *   changed last takes the later value.
 * - `key`: any change on both sides.
 * - `all-values`: any change on both sides, and nothing at all is written while one of them is undecided.
 * - `timestamp`: any change on both sides where the timestamps do not say which row is newer; else the newer row wins.
 */
export const CONFLICT_DETECTIONS = ["changed-fields", "key", "all-values", "timestamp"] as const;
export type ConflictDetection = (typeof CONFLICT_DETECTIONS)[number];

/**
 * How a conflict is settled.
 * - `manual`: by people; the row is held as it is on both sides until then.
 * - `newest`: the row that was changed later; by people where its timestamps do not say.
 * - `source`, `target`: what this side did.
 * - `ignore`: not at all; the row is held as it is on both sides, and nobody is asked.
 */
export const CONFLICT_RESOLUTIONS = ["manual", "newest", "source", "target", "ignore"] as const;
export type ConflictResolution = (typeof CONFLICT_RESOLUTIONS)[number];

/** Detection and resolution as a three-way merge takes them: its rules, and who decides before them. */
export interface ConflictPlan {
  readonly rules: Pick<MoveRules, "granularity" | "strict" | "onConflict">;
  /** Asked before the rules: the merge's `onConflict`. */
  readonly decide: (conflict: MergeConflict, table: PatchTable) => MergeResolution | undefined;
  /** What is no conflict by the detection, whatever the resolution: undefined where somebody has to decide. */
  readonly decideByDetection: (conflict: MergeConflict, table: PatchTable) => MergeResolution | undefined;
}

export interface ConflictPlanInput {
  readonly detection: ConflictDetection;
  readonly resolution: ConflictResolution;
  /** Columns that may say when a row was changed, in any order. */
  readonly timestampFields: readonly string[];
  /** Timestamps closer than this do not say which is newer. */
  readonly timestampSkewMs: number;
}

/** Pure: the same rows are always decided alike. */
export function conflictPlan(input: ConflictPlanInput): ConflictPlan {
  const { detection, resolution } = input;
  return {
    rules: {
      granularity: detection === "changed-fields" ? "cell" : "row",
      strict: detection === "all-values",
      onConflict: resolution === "ignore" ? "manual" : resolution,
    },
    decide: (conflict, table) => {
      const found = detect(input, conflict, table);
      if (found.decided !== undefined || !found.isConflict) return found.decided;
      return resolution === "ignore" ? held(conflict) : found.agreed;
    },
    decideByDetection: (conflict, table) => detect(input, conflict, table).decided,
  };
}

interface Detected {
  readonly isConflict: boolean;
  /** Settles it. */
  readonly decided?: MergeResolution | undefined;
  /** Settles some of its columns. */
  readonly agreed?: MergeResolution | undefined;
}

function detect(input: ConflictPlanInput, conflict: MergeConflict, table: PatchTable): Detected {
  if (input.detection === "timestamp") {
    const decided = newest(input, conflict, table);
    return { isConflict: decided === undefined, decided };
  }
  if (input.detection !== "changed-fields") return { isConflict: true };
  const clocks = clockColumns(input, conflict, table);
  if (clocks === null) return { isConflict: true };
  const agreed = { row: clocks };
  return clocks.size === conflict.columns.length
    ? { isConflict: false, decided: agreed }
    : { isConflict: true, agreed };
}

function newest(
  { timestampFields, timestampSkewMs }: ConflictPlanInput,
  conflict: MergeConflict,
  table: PatchTable,
): MergeResolution | undefined {
  const rules = {
    onConflict: "newest",
    timestampFields: lastChangeFirst(timestampFields),
    timestampSkewMs,
  } as const;
  return mergeRuleResolution(rules, table, conflict);
}

/** Undecided columns that say when the row was changed last, each with its later value; null when there is none. */
function clockColumns(input: ConflictPlanInput, conflict: MergeConflict, table: PatchTable): PatchRow | null {
  const { kind, columns, ours, theirs } = conflict;
  if (kind === "outside-scope" || ours === null || theirs === null) return null;
  const later = new Map<string, string | null>();
  for (const column of columns) {
    if (!input.timestampFields.includes(column) || saysWhenMade(column)) continue;
    const side = newest({ ...input, timestampFields: [column], timestampSkewMs: 0 }, conflict, table);
    if (side === "theirs" || side === "ours") later.set(column, conflict[side]?.get(column) ?? null);
  }
  return later.size === 0 ? null : later;
}

/** Also what merged by itself stays as ours has it: half a row is nobody's row. */
function held({ kind, counts, ours }: MergeConflict): MergeResolution {
  return kind === "outside-scope" || counts !== undefined ? "ours" : { row: ours };
}
