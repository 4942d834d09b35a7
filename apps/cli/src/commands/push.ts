import { type Command, Option } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { collect, parsePositiveCount } from "./option-values.ts";
import {
  addMoveOptions,
  LANDING_STRATEGIES,
  type LandingStrategy,
  type MoveCommandOptions,
} from "./write/move-options.ts";

export interface PushCommandOptions extends MoveCommandOptions {
  readonly schema?: readonly string[];
  readonly merge?: boolean;
  readonly strategy?: LandingStrategy;
  readonly base?: string;
  readonly edited?: boolean;
  readonly diffFirst?: boolean;
  readonly parallel: number;
}

export function definePush(program: Command, act: Act): void {
  const command = program
    .command("push")
    .summary("make a place hold the rows of a pulled directory")
    .description(
      "Makes the rows of a target follow a directory that `syncline pull` wrote, as it is now, edited or not. Only what " +
        "differs is written, in one transaction that `syncline undo` takes back. Rows are deleted only among those that " +
        "the directory's manifest covers: its tables, and the filter of the pull.",
    )
    .argument("<directory>", "what was pulled")
    .argument("<target>", "where the rows go; another tenant than that of the pull is fine")
    .option("-s, --schema <table>", "push only tables of this name, * as wildcard; repeatable", collect)
    .option("--merge", "insert and update, never delete: the same as --strategy merge")
    .addOption(
      new Option(
        "--strategy <strategy>",
        "rows become those of the directory (replace, the default), are inserted and updated but never deleted (merge), only " +
          "inserted (skip-existing, append), the newer one wins (timestamp), both sides' edits since --base (three-way), asked (interactive)",
      ).choices(LANDING_STRATEGIES),
    )
    .option("--base <place>", "common ancestor of both sides, for three-way and interactive")
    .option("--edited", "accept files with fewer rows than were pulled: rows were removed on purpose")
    .option(
      "--diff-first",
      "show what differs and ask before anything is written; elsewhere than at a terminal needs --yes",
    )
    .option("--parallel <n>", "connections to the target for comparing", parsePositiveCount, 2);
  addMoveOptions(command).action(
    act(async (session, directory: string, target: string, options: PushCommandOptions) => {
      const { runPush } = await import("./push/run-push.ts");
      return runPush(session, { directory, target, options });
    }),
  );
  withExamples(command, [
    ["syncline push ./rows 'staging:public:*' --diff-first --dry-run", "see what would change"],
    ["syncline push ./rows 'prod:public:*' --merge --confirm prod", "insert and update, delete nothing"],
  ]);
}
