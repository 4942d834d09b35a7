import { CodedError } from "@syncline/core";
import { and, eq, inArray } from "drizzle-orm";
import type { Chosen } from "../conflicts/assert-choice.ts";
import { conflictsOf } from "../conflicts/conflict-filter.ts";
import { type RuleWish, ruleDecisions } from "../conflicts/rule-decisions.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import type { Transaction } from "../database/open-database.ts";
import { transact } from "../database/transact.ts";
import { conflicts, jobs, resolutions, runs } from "../schema/index.ts";

export interface ResolveByRuleInput extends RuleWish {
  /** As the preview gave them. */
  readonly count: number;
  readonly digest: string;
}

export interface ResolvedByRule {
  readonly decided: number;
  /** Conflicts of the filter that the rule does not decide; they stay as they are. */
  readonly left: number;
}

/** Rows of one statement: a parameter each for seven columns. */
const AT_ONCE = 500;

interface Decided extends Chosen {
  readonly conflictId: string;
  readonly jobId: string | null;
  readonly seen: string;
}

/**
 * Decides all conflicts of a filter by a rule, as it was previewed: all of them or, when the set, a row, an earlier
 * decision or a choice is another one by now, none.
 * @throws CodedError `resource.changed`, `request.invalid`
 */
export async function resolveByRule(
  cp: ControlPlane,
  call: Call,
  { count, digest, ...wish }: ResolveByRuleInput,
): Promise<ResolvedByRule> {
  const { scope } = call;
  return transact(cp, scope.organizationId, async (change) => {
    const { tx } = change;
    await lockAll(tx, call, wish);
    const decided: Decided[] = [];
    let found = 0;
    const now = await ruleDecisions(tx, {
      ...wish,
      scope,
      each: ({ id, jobId, document }, decision) => {
        found += 1;
        if (decision.kind === "decided")
          decided.push({ conflictId: id, jobId, seen: document.versions, ...decision.chosen });
      },
    });
    if (found !== count || now !== digest)
      throw new CodedError(
        "resource.changed",
        found === count
          ? "Conflicts were changed or decided since the preview."
          : `The preview was about ${count} conflicts; ${found} match now.`,
        { hint: "Preview again, then decide. Nothing was decided.", details: { count: found } },
      );
    for (let at = 0; at < decided.length; at += AT_ONCE)
      await write(change, call, decided.slice(at, at + AT_ONCE));
    if (decided.length > 0) tell(change, call, { wish, decided, count, digest });
    return { decided: decided.length, left: count - decided.length };
  });
}

/** Jobs before conflicts, and both by id, as others lock them. */
async function lockAll(tx: Transaction, { scope }: Call, { filter }: RuleWish): Promise<void> {
  const where = conflictsOf(scope, filter);
  const owners = await tx
    .selectDistinct({ id: conflicts.jobId })
    .from(conflicts)
    .leftJoin(jobs, eq(jobs.id, conflicts.jobId))
    .leftJoin(runs, eq(runs.id, conflicts.runId))
    .where(where);
  const ids = owners.map(({ id }) => id).filter((id) => id !== null);
  if (ids.length > 0)
    await tx.select({ id: jobs.id }).from(jobs).where(inArray(jobs.id, ids)).orderBy(jobs.id).for("update");
  // The joined rows of jobs and runs are not to be locked with them.
  const chosen = tx
    .select({ id: conflicts.id })
    .from(conflicts)
    .leftJoin(jobs, eq(jobs.id, conflicts.jobId))
    .leftJoin(runs, eq(runs.id, conflicts.runId))
    .where(where);
  await tx
    .select({ id: conflicts.id })
    .from(conflicts)
    .where(and(eq(conflicts.organizationId, scope.organizationId), inArray(conflicts.id, chosen)))
    .orderBy(conflicts.id)
    .for("update");
}

async function write({ tx }: Change, call: Call, decided: readonly Decided[]): Promise<void> {
  const { organizationId } = call.scope;
  await tx.insert(resolutions).values(
    decided.map(({ conflictId, choice, row, seen }) => ({
      organizationId,
      conflictId,
      choice,
      row,
      seen,
      resolvedBy: call.actor,
    })),
  );
  const ids = decided.map(({ conflictId }) => conflictId);
  await tx
    .update(conflicts)
    .set({ state: "resolved" })
    .where(and(eq(conflicts.organizationId, organizationId), inArray(conflicts.id, ids)));
}

interface Told {
  readonly wish: RuleWish;
  readonly decided: readonly Decided[];
  readonly count: number;
  readonly digest: string;
}

/** One entry and one event a job: the decisions themselves are kept with the conflicts. */
function tell(change: Change, call: Call, { wish, decided, count, digest }: Told): void {
  const { organizationId, projectId } = call.scope;
  change.audit(call, {
    action: "conflict.resolve",
    subjectKind: "conflicts",
    subjectId: null,
    detail: { ...namesOf(wish), count, decided: decided.length, digest },
  });
  const byJob = new Map<string | null, number>();
  for (const { jobId } of decided) byJob.set(jobId, (byJob.get(jobId) ?? 0) + 1);
  for (const [jobId, number] of byJob)
    change.emit({
      organizationId,
      type: "conflicts.resolved",
      payload: { jobId, projectId, count: number, rule: wish.rule.kind },
    });
}

/** A key's text is a value of rows, and does not go into the log. */
function namesOf({ filter: { key, ids, ...names }, rule }: RuleWish) {
  return {
    filter: {
      ...names,
      ...(key === undefined ? {} : { byKey: true }),
      ...(ids === undefined ? {} : { ids: ids.length }),
    },
    rule,
  };
}
