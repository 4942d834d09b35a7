import {
  CodedError,
  type ConflictRule,
  lastChangeFirst,
  type MergeGranularity,
  type MoveRules,
  type MoveStrategy,
} from "@syncline/core";
import type { MoveInput } from "@syncline/engine";
import type { OperationSetting } from "../contract.ts";
import { applicationOf } from "../target/apply-wish.ts";

/** How rows land on existing ones; `append` is another word for `skip-existing`. */
export type Landing = MoveStrategy | "append";

/** What is chosen wherever rows land on existing ones: copy, push, import. */
export interface MoveChoices {
  readonly dryRun: boolean;
  readonly onConflict: ConflictRule;
  /** Write nothing when a conflict stays undecided. */
  readonly strict: boolean;
  /** Unit that conflicts in a three-way merge; null for the default. */
  readonly mergeBy: MergeGranularity | null;
  /** Columns that conflict as one, by table. */
  readonly groups: MoveRules["groups"];
  /** Give other keys to rows whose surrogate key is taken. */
  readonly renumber: boolean;
  readonly triggers: "auto" | "on" | "off";
  readonly includeCascades: boolean;
  readonly allowDdl: boolean;
  readonly lockTimeoutMs: number;
  /** Why, for the target's log. */
  readonly reason: string | null;
}

export const DEFAULT_CHOICES: MoveChoices = {
  dryRun: false,
  onConflict: "manual",
  strict: false,
  mergeBy: null,
  groups: new Map(),
  renumber: false,
  triggers: "auto",
  includeCascades: false,
  allowDdl: false,
  lockTimeoutMs: 10_000,
  reason: null,
};

export function moveStrategy(landing: Landing): MoveStrategy {
  return landing === "append" ? "skip-existing" : landing;
}

type RuleChoices = Pick<MoveChoices, "onConflict" | "strict" | "mergeBy" | "groups">;

/** The rules of a move, from what was chosen and what the config says about timestamps. @throws CodedError `usage.invalid` */
export function moveRules(
  strategy: MoveStrategy,
  choices: RuleChoices,
  timestampFields: readonly string[],
): MoveRules {
  if (strategy !== "three-way" && strategy !== "interactive") refuseMergeChoices(strategy, choices);
  return {
    strategy,
    fields: new Map(),
    tables: new Map(),
    timestampFields: lastChangeFirst(timestampFields),
    timestampSkewMs: 0,
    onConflict: choices.onConflict,
    strict: choices.strict,
    granularity: choices.mergeBy ?? "cell",
    groups: choices.groups,
  };
}

/** What only a merge of three sides looks at must not be passed over in silence. */
function refuseMergeChoices(strategy: MoveStrategy, { onConflict, mergeBy, groups }: RuleChoices): void {
  const given = {
    "--on-conflict base": onConflict === "base",
    "--merge-by": mergeBy !== null,
    "--column-group": groups.size > 0,
  };
  const option = Object.entries(given).find(([, isGiven]) => isGiven)?.[0];
  if (option === undefined) return;
  throw new CodedError(
    "usage.invalid",
    `${option} is for --strategy three-way and interactive, found ${strategy}.`,
    { hint: "Leave it out, or name --strategy three-way and the --base." },
  );
}

/** How a move writes, and under which name and fence. */
export function moveApplication(
  setting: OperationSetting,
  choices: Omit<MoveChoices, "onConflict" | "strict" | "mergeBy" | "groups" | "renumber">,
): Pick<MoveInput, "apply" | "applicationId" | "reached" | "reason"> {
  const { dryRun, triggers, includeCascades, allowDdl, lockTimeoutMs, reason } = choices;
  return {
    apply: { dryRun, triggers, includeCascades, allowDdl, lockTimeoutMs, fence: setting.fence },
    ...applicationOf(setting),
    ...(reason === null ? {} : { reason }),
  };
}

/** Two wishes that cannot both hold, in the words of the command line. */
export function contradiction(what: string): CodedError {
  return new CodedError("usage.invalid", `${what}.`, { hint: "Leave one of the two out." });
}
