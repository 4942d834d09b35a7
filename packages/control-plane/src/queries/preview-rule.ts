import type { LeftReason } from "@syncline/core";
import {
  type RuleDecision,
  type RuledRecord,
  type RuleWish,
  ruleDecisions,
} from "../conflicts/rule-decisions.ts";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";

export interface PreviewRuleInput extends RuleWish {
  /** Of those that it decides, and of those that it leaves, how many are shown. */
  readonly show: number;
}

export interface PreviewedConflict {
  readonly record: RuledRecord;
  readonly decision: RuleDecision;
}

export interface RulePreview {
  /** Conflicts of the filter. */
  readonly count: number;
  readonly decided: number;
  readonly left: number;
  /** For `resolveByRule`: it refuses when anything of this has changed. */
  readonly digest: string;
  readonly choices: readonly { readonly choice: string; readonly count: number }[];
  readonly reasons: readonly { readonly reason: LeftReason | "not-possible"; readonly count: number }[];
  readonly firstDecided: readonly PreviewedConflict[];
  readonly firstLeft: readonly PreviewedConflict[];
}

/** What a rule would do, without doing it. With rows, which are customers' data. @throws CodedError `request.invalid` */
export async function previewRule(
  cp: ControlPlane,
  scope: Scope,
  { show, ...wish }: PreviewRuleInput,
): Promise<RulePreview> {
  const choices = new Map<string, number>();
  const reasons = new Map<LeftReason | "not-possible", number>();
  const first = { decided: [] as PreviewedConflict[], left: [] as PreviewedConflict[] };
  let count = 0;
  let decided = 0;
  const digest = await read(cp, scope.organizationId, (db) =>
    ruleDecisions(db, {
      ...wish,
      scope,
      each: (record, decision) => {
        count += 1;
        if (decision.kind === "decided") {
          decided += 1;
          choices.set(decision.chosen.choice, (choices.get(decision.chosen.choice) ?? 0) + 1);
        } else reasons.set(decision.reason, (reasons.get(decision.reason) ?? 0) + 1);
        const list = first[decision.kind];
        if (list.length < show) list.push({ record, decision });
      },
    }),
  );
  return {
    count,
    decided,
    left: count - decided,
    digest,
    choices: mostFirst(choices).map(([choice, number]) => ({ choice, count: number })),
    reasons: mostFirst(reasons).map(([reason, number]) => ({ reason, count: number })),
    firstDecided: first.decided,
    firstLeft: first.left,
  };
}

function mostFirst<Name extends string>(counts: ReadonlyMap<Name, number>): readonly [Name, number][] {
  return [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
}
