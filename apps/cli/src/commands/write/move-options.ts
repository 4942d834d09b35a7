import {
  CodedError,
  type ConflictRule,
  type MergeGranularity,
  type MoveRules,
  type MoveStrategy,
} from "@syncline/core";
import type { MoveInput } from "@syncline/engine";
import { type Command, Option } from "commander";
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

/** The rules of a move, from what was typed and what the config says about timestamps. */
export function moveRules(
  strategy: MoveStrategy,
  options: Pick<MoveCommandOptions, "onConflict" | "strict" | "conflicts" | "mergeBy" | "columnGroup">,
  timestampFields: readonly string[],
): MoveRules {
  if (options.conflicts !== undefined && options.onConflict !== "manual") {
    throw new CodedError(
      "usage.invalid",
      `--conflicts is for conflicts that nobody decides, found --on-conflict ${options.onConflict}.`,
      { hint: "Leave one of the two out." },
    );
  }
  if (strategy !== "three-way" && strategy !== "interactive") refuseMergeOptions(strategy, options);
  return {
    strategy,
    fields: new Map(),
    tables: new Map(),
    timestampFields: lastChangeFirst(timestampFields),
    timestampSkewMs: 0,
    onConflict: options.onConflict,
    strict: options.strict === true,
    granularity: options.mergeBy ?? "cell",
    groups: columnGroups(options.columnGroup ?? []),
  };
}

/** What only a merge of three sides looks at must not be passed over in silence. */
function refuseMergeOptions(
  strategy: MoveStrategy,
  { onConflict, mergeBy, columnGroup }: Pick<MoveCommandOptions, "onConflict" | "mergeBy" | "columnGroup">,
): void {
  const given = {
    "--on-conflict base": onConflict === "base",
    "--merge-by": mergeBy,
    "--column-group": columnGroup,
  };
  const option = Object.entries(given).find(([, value]) => value !== undefined && value !== false)?.[0];
  if (option === undefined) return;
  throw new CodedError(
    "usage.invalid",
    `${option} is for --strategy three-way and interactive, found ${strategy}.`,
    { hint: "Leave it out, or name --strategy three-way and the --base." },
  );
}

function columnGroups(assignments: readonly Assignment[]): MoveRules["groups"] {
  const groups = new Map<string, string[][]>();
  for (const { name, value } of assignments) {
    const columns = value.split(",").map((column) => column.trim());
    groups.set(name, [...(groups.get(name) ?? []), columns]);
  }
  return groups;
}

/** When a row was made says nothing about its last change, so such fields come last. */
export function lastChangeFirst(fields: readonly string[]): string[] {
  const made = (field: string) => /^(created|inserted)/i.test(field);
  return [...fields.filter((field) => !made(field)), ...fields.filter(made)];
}

export function moveApplication(options: MoveCommandOptions): MoveInput["apply"] {
  return {
    dryRun: options.dryRun === true,
    triggers: options.triggers,
    includeCascades: options.includeCascades === true,
    allowDdl: options.allowDdl === true,
    lockTimeoutMs: options.lockTimeout,
    fence: null,
  };
}
