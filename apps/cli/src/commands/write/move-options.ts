import {
  CodedError,
  type ConflictRule,
  type MergeGranularity,
  type MoveRules,
  type MoveStrategy,
} from "@syncline/core";
import { type MoveChoices, moveRules as rulesOfChoices } from "@syncline/runtime/operations";
import { type Command, Option } from "commander";
import type { ConfirmOptions } from "../confirm-write.ts";
import { type Assignment, collectAssignments, parseDuration } from "../option-values.ts";

/** What `--strategy` of copy and push takes. */
export const LANDING_STRATEGIES = [
  "replace",
  "merge",
  "skip-existing",
  "append",
  "timestamp",
  "three-way",
  "interactive",
] as const;
export type LandingStrategy = (typeof LANDING_STRATEGIES)[number];

/** Options of every command whose rows land on existing ones: copy, push, import. */
export interface MoveCommandOptions {
  readonly dryRun?: boolean;
  readonly onConflict: ConflictRule;
  readonly strict?: boolean;
  /** Unit that conflicts in a three-way merge. */
  readonly mergeBy?: MergeGranularity;
  readonly columnGroup?: readonly Assignment[];
  /** Give other keys to rows whose surrogate key is taken. */
  readonly renumber?: boolean;
  readonly conflicts?: string;
  readonly overwrite?: boolean;
  readonly triggers: "auto" | "on" | "off";
  readonly includeCascades?: boolean;
  readonly allowDdl?: boolean;
  readonly lockTimeout: number;
  readonly yes?: boolean;
  readonly confirm?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

export function addMoveOptions(command: Command): Command {
  return command
    .option("--dry-run", "do everything in a transaction that is rolled back, and count what would happen")
    .addOption(
      new Option(
        "--on-conflict <rule>",
        "rows that nobody decides: keep and report them (manual), or decide all alike",
      )
        .choices(["manual", "source", "target", "base", "newest"])
        .default("manual"),
    )
    .addOption(
      new Option("--merge-by <unit>", "what conflicts as one in a three-way merge").choices([
        "cell",
        "row",
        "group",
        "table",
      ]),
    )
    .option(
      "--column-group <table=a,b>",
      "columns that mean something together and conflict as one; repeatable",
      collectAssignments,
    )
    .option(
      "--renumber",
      "give new keys to rows whose number another tenant's row has in the target, and rewrite what refers to them; " +
        "the target remembers the new keys for later runs from this source",
    )
    .option("--strict", "write nothing when a conflict stays undecided")
    .option("--conflicts <file>", "write undecided conflicts to this file, for syncline patch resolve")
    .option("--overwrite", "replace the conflict file when it exists")
    .addOption(
      new Option(
        "--triggers <mode>",
        "user triggers of the target: fire unless they change what was written (auto), fire (on), do not fire (off)",
      )
        .choices(["auto", "on", "off"])
        .default("auto"),
    )
    .option(
      "--include-cascades",
      "accept that foreign keys delete or change rows beyond those that are compared",
    )
    .option("--allow-ddl", "make foreign keys deferrable for the moment when no other order works")
    .addOption(
      new Option("--lock-timeout <duration>", "wait at most this long for a lock")
        .argParser(parseDuration)
        .default(10_000, "10s"),
    )
    .option("-y, --yes", "answer every question with yes; not enough for a protected target")
    .option("--confirm <server>", "confirm the write to a protected server by its name")
    .option("--reason <text>", "why, for the target's log")
    .option("--json", "print the result as JSON");
}

/** What was chosen, as the operation wants it. @throws CodedError `usage.invalid` */
export function moveChoices(options: MoveCommandOptions): MoveChoices {
  return {
    ...ruleChoices(options),
    dryRun: options.dryRun === true,
    renumber: options.renumber === true,
    triggers: options.triggers,
    includeCascades: options.includeCascades === true,
    allowDdl: options.allowDdl === true,
    lockTimeoutMs: options.lockTimeout,
    reason: options.reason ?? null,
  };
}

type RuleOptions = Pick<
  MoveCommandOptions,
  "onConflict" | "strict" | "conflicts" | "mergeBy" | "columnGroup"
>;

/** The rules of a move, from what was typed and what the config says about timestamps. */
export function moveRules(
  strategy: MoveStrategy,
  options: RuleOptions,
  timestampFields: readonly string[],
): MoveRules {
  return rulesOfChoices(strategy, ruleChoices(options), timestampFields);
}

function ruleChoices({ onConflict, strict, conflicts, mergeBy, columnGroup }: RuleOptions) {
  if (conflicts !== undefined && onConflict !== "manual")
    throw new CodedError(
      "usage.invalid",
      `--conflicts is for conflicts that nobody decides, found --on-conflict ${onConflict}.`,
      { hint: "Leave one of the two out." },
    );
  return {
    onConflict,
    strict: strict === true,
    mergeBy: mergeBy ?? null,
    groups: columnGroups(columnGroup ?? []),
  };
}

function columnGroups(assignments: readonly Assignment[]): MoveRules["groups"] {
  const groups = new Map<string, string[][]>();
  for (const { name, value } of assignments) {
    const columns = value.split(",").map((column) => column.trim());
    groups.set(name, [...(groups.get(name) ?? []), columns]);
  }
  return groups;
}

/** What was said about writing at all; the strategy of a move is none of a patch. */
export function writeConsent({ yes, confirm, includeCascades }: MoveCommandOptions): ConfirmOptions {
  return {
    ...(yes === undefined ? {} : { yes }),
    ...(confirm === undefined ? {} : { confirm }),
    ...(includeCascades === undefined ? {} : { includeCascades }),
  };
}
