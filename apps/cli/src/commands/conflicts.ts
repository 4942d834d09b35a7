import { type Command, Option } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { type Assignment, collectAssignments } from "./option-values.ts";
import { addServerClientOptions, type ServerClientOptions } from "./server-client-options.ts";

/** Which conflicts; all that is given must hold. */
export interface ConflictFilterOptions extends ServerClientOptions {
  readonly job?: string;
  readonly run?: string;
  readonly table?: string;
  readonly kind?: string;
  readonly column?: string;
  readonly key?: string;
  readonly state?: "open" | "resolved" | "applied" | "superseded";
}

export interface ConflictListOptions extends ConflictFilterOptions {
  readonly json?: boolean;
}

export interface ConflictResolveOptions extends ConflictFilterOptions {
  readonly with?: "ours" | "theirs" | "base";
  readonly newest?: string;
  /** Columns and their sides. */
  readonly take: readonly Assignment[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export interface ConflictPatchOptions extends ServerClientOptions {
  readonly job?: string;
  readonly run?: string;
  readonly decided?: boolean;
  readonly json?: boolean;
}

const SIDES = ["ours", "theirs", "base"] as const;

export function defineConflicts(program: Command, act: Act): void {
  const conflicts = program
    .command("conflicts")
    .summary("list and decide conflicts that wait on a server")
    .description(
      "Rows that both sides changed and no rule settled wait in the inbox of a running server. Ours is the target's row, theirs the source's.",
    );
  withExamples(conflicts, [
    ["syncline conflicts list --server office", "what waits for a decision"],
    [
      "syncline conflicts resolve --server office --table users --with theirs",
      "all of a table, from the source",
    ],
  ]);
  defineList(conflicts, act);
  defineResolve(conflicts, act);
  definePatch(conflicts, act);
}

function addFilter(command: Command, states: readonly string[]): Command {
  return addServerClientOptions(command)
    .option("--job <name>", "only of this job")
    .option("--run <id>", "only those that this run met last")
    .option("--table <name>", "only in this table")
    .option("--kind <kind>", "only of this kind, as update-update")
    .option("--column <name>", "only those that leave this column open")
    .option("--key <text>", "only rows with this text in the key")
    .addOption(new Option("--state <state>", "in this state").choices(states).default("open"));
}

function defineList(conflicts: Command, act: Act): void {
  const command = conflicts
    .command("list")
    .summary("what waits for a decision")
    .description("Prints conflicts by job, table and key.")
    .option("--json", "print one JSON document");
  addFilter(command, ["open", "resolved", "applied", "superseded"]).action(
    act(async (session, options: ConflictListOptions) => {
      const { runConflictList } = await import("./conflicts/run-list.ts");
      return runConflictList(session, options);
    }),
  );
  withExamples(command, [
    ["syncline conflicts list --server office --job merge-visits", "of one job"],
    ["syncline conflicts list --server office --json", "for a program"],
  ]);
}

function defineResolve(conflicts: Command, act: Act): void {
  const command = conflicts
    .command("resolve")
    .summary("decide many by a rule")
    .description(
      "Decides what the filter chooses by one rule, all of it at once: when anything of it changes meanwhile, nothing is decided. What the rule does not decide is left. The next run writes the decisions.",
    )
    .addOption(new Option("--with <side>", "every row as this side has it").choices(SIDES))
    .option("--newest <column>", "the side whose column has the later instant or the greater number")
    .option(
      "--take <column=side>",
      "where only such columns differ, each from its side; repeatable",
      collectAssignments,
      [],
    )
    .option("--dry-run", "say what it would decide, and decide nothing")
    .option("--json", "print one JSON document");
  addFilter(command, ["open", "resolved"]).action(
    act(async (session, options: ConflictResolveOptions) => {
      const { runConflictResolve } = await import("./conflicts/run-resolve.ts");
      return runConflictResolve(session, options);
    }),
  );
  withExamples(command, [
    [
      "syncline conflicts resolve --server office --newest updated_at --dry-run",
      "what the later edit would decide",
    ],
    [
      "syncline conflicts resolve --server office --table users --take name=theirs",
      "rows of which only the name differs",
    ],
  ]);
}

function definePatch(conflicts: Command, act: Act): void {
  const command = conflicts
    .command("patch")
    .summary("keep what was decided as a patch")
    .description(
      "Makes a stored patch that brings the target to what was decided of the conflicts of a job, and prints its id. A row that was changed since conflicts again when it is applied.",
    )
    .option("--job <name>", "conflicts of this job")
    .option("--run <id>", "conflicts of this run without a job")
    .option("--decided", "the decided rows and nothing else, also while others are open")
    .option("--json", "print one JSON document");
  addServerClientOptions(command).action(
    act(async (session, options: ConflictPatchOptions) => {
      const { runConflictPatch } = await import("./conflicts/run-patch.ts");
      return runConflictPatch(session, options);
    }),
  );
  withExamples(command, [
    ["syncline conflicts patch --server office --job merge-visits", "once everything is decided"],
    ["syncline conflicts patch --server office --job merge-visits --decided", "what is decided so far"],
  ]);
}
