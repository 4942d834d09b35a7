import { createHash } from "node:crypto";
import { type BulkRule, CodedError, type LeftReason, ruleConflict } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import { and, eq, gt, sql } from "drizzle-orm";
import type { Scope } from "../control-plane.ts";
import type { Executor } from "../database/open-database.ts";
import { conflicts, jobs, runs } from "../schema/index.ts";
import { type Chosen, refusalOf } from "./assert-choice.ts";
import { type ConflictDocument, conflictOf, tableOf } from "./conflict-document.ts";
import { type ConflictFilter, conflictsOf } from "./conflict-filter.ts";

/** Conflicts that are still to be decided, or may be decided anew. */
export interface RuledFilter extends Omit<ConflictFilter, "state"> {
  readonly state: "open" | "resolved";
}

export interface RuleWish {
  readonly filter: RuledFilter;
  readonly rule: BulkRule;
}

export interface RuledRecord {
  readonly id: string;
  readonly jobId: string | null;
  readonly tableName: string;
  readonly kind: string;
  readonly columns: string[];
  readonly document: ConflictDocument;
  /** Of the newest decision. */
  readonly resolutionId: string | null;
}

/** What a rule says to one conflict: a choice, or why it is left. */
export type RuleDecision =
  | { readonly kind: "decided"; readonly chosen: Chosen }
  | { readonly kind: "left"; readonly reason: LeftReason | "not-possible"; readonly detail: string | null };

const AT_ONCE = 500;
/** More than any inbox holds; each is read, and locked when it is decided. */
const MOST_RULED = 100_000;

interface Walk extends RuleWish {
  readonly scope: Scope;
  readonly each: (record: RuledRecord, decision: RuleDecision) => void;
}

/**
 * Evaluates a rule for all conflicts of a filter, by id, and gives a digest of what was found and what would become of
 * it: the same digest means the same conflicts, rows, earlier decisions and choices.
 * @throws CodedError `request.invalid`
 */
export async function ruleDecisions(db: Executor, { scope, filter, rule, each }: Walk): Promise<string> {
  const digest = createHash("sha256");
  const where = conflictsOf(scope, filter);
  let seen = 0;
  for (let after: string | null = null; ; ) {
    const rows = await db
      .select({
        id: conflicts.id,
        jobId: conflicts.jobId,
        tableName: conflicts.tableName,
        kind: conflicts.kind,
        columns: conflicts.columns,
        document: conflicts.document,
        definition: sql<JobDefinition | null>`coalesce(${jobs.definition}, ${runs.definition})`,
        resolutionId: sql<string | null>`(
          SELECT d.id FROM syncline_control.resolutions d WHERE d.conflict_id = ${conflicts.id}
          ORDER BY d.resolved_at DESC, d.id DESC LIMIT 1)`,
      })
      .from(conflicts)
      .leftJoin(jobs, eq(jobs.id, conflicts.jobId))
      .leftJoin(runs, eq(runs.id, conflicts.runId))
      .where(and(where, after === null ? undefined : gt(conflicts.id, after)))
      .orderBy(conflicts.id)
      .limit(AT_ONCE);
    seen += rows.length;
    if (seen > MOST_RULED)
      throw new CodedError("request.invalid", `The filter chooses more than ${MOST_RULED} conflicts.`, {
        hint: "Decide them table by table.",
      });
    for (const { definition, ...row } of rows) {
      const record = { ...row, document: row.document as ConflictDocument };
      const decision = decisionOf(rule, record, definition);
      const text = [record.id, record.document.versions, record.resolutionId, decision];
      digest.update(`${JSON.stringify(text)}\n`);
      each(record, decision);
    }
    if (rows.length < AT_ONCE) return digest.digest("hex");
    after = rows.at(-1)?.id ?? null;
  }
}

function decisionOf(rule: BulkRule, record: RuledRecord, definition: JobDefinition | null): RuleDecision {
  const { document } = record;
  const ruled = ruleConflict(rule, tableOf(document), conflictOf(document, record));
  if (ruled.kind === "left") return { ...ruled, detail: null };
  const { resolution } = ruled;
  const chosen: Chosen =
    typeof resolution === "string"
      ? { choice: resolution, row: null }
      : { choice: "row", row: resolution.row === null ? null : Object.fromEntries(resolution.row) };
  const detail = refusalOf({ record, document, definition }, chosen);
  return detail === null ? { kind: "decided", chosen } : { kind: "left", reason: "not-possible", detail };
}
