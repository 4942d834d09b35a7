import { type Command, Option } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { maskOption } from "./mask-option.ts";
import { type Assignment, collectAssignments, collectList, parsePositiveCount } from "./option-values.ts";
import {
  addMoveOptions,
  LANDING_STRATEGIES,
  type LandingStrategy,
  type MoveCommandOptions,
} from "./write/move-options.ts";

export interface CopyCommandOptions extends MoveCommandOptions {
  readonly strategy: LandingStrategy;
  readonly base?: string;
  readonly schema?: readonly string[];
  readonly filter?: string;
  readonly mapTable?: readonly Assignment[];
  readonly mapColumn?: readonly Assignment[];
  readonly key?: readonly Assignment[];
  readonly ignoreFields?: readonly string[];
  readonly mask?: string;
  readonly dataset?: string;
  readonly includeSchemas?: boolean;
  readonly schemasOnly?: boolean;
  readonly incremental?: boolean;
  readonly incrementalColumn?: string;
  readonly edited?: boolean;
  readonly emptySource?: boolean;
  readonly diffFirst?: boolean;
  readonly parallel: number;
  readonly singleTransaction?: boolean;
}

export function defineCopy(program: Command, act: Act): void {
  const command = program
    .command("copy")
    .summary("copy rows of one place to another")
    .description(
      "Makes rows of the target follow the source; nothing lies on local disk. Empty tables are loaded at full speed; where " +
        "rows are, only differences are written, in one transaction that `syncline undo` takes back. Rows of other tenants, " +
        "other tables and rows outside a filter are never changed.",
    )
    .argument("<source>", "where the wanted rows are; a database or a pulled directory")
    .argument("<target>", "where rows are written");
  addRowOptions(command);
  addWayOptions(command);
  addMoveOptions(command).action(
    act(async (session, source: string, target: string, options: CopyCommandOptions) => {
      const { runCopy } = await import("./copy/run-copy.ts");
      return runCopy(session, { source, target, options });
    }),
  );
  withExamples(command, [
    [
      "syncline copy 'prod:public:*' 'staging:public:*' --diff-first --mask staging",
      "make staging's rows those of production, masked, after a look",
    ],
    [
      "syncline copy prod:acme:users,orders local:acme:users,orders --strategy merge --dry-run",
      "what would be inserted and updated; nothing is ever deleted",
    ],
  ]);
}

function addRowOptions(command: Command): void {
  command
    .option(
      "-s, --schema <tables>",
      "copy only tables of these names (a,b), * as wildcard; repeatable",
      collectList,
    )
    .option("--filter <json>", 'copy only matching rows: {"where":{"status":"active"}}, or @file')
    .option("--dataset <name>", "copy only rows of this dataset of the config")
    .addOption(maskOption())
    .option("--ignore-fields <names>", "leave these columns of existing rows alone (a,b)", collectList)
    .option(
      "--key <table=a,b>",
      "columns that identify a row, for a table without a usable key; repeatable",
      collectAssignments,
    )
    .option("--map-table <a=b>", "table a of the source goes to table b; repeatable", collectAssignments)
    .option(
      "--map-column <t.a=b>",
      "column a of the source's table t goes to column b; repeatable",
      collectAssignments,
    );
}

function addWayOptions(command: Command): void {
  command
    .addOption(
      new Option(
        "--strategy <strategy>",
        "rows become those of the source (replace), are inserted and updated but never deleted (merge), only inserted " +
          "(skip-existing, append), the newer one wins (timestamp), both sides' edits since --base (three-way), asked (interactive)",
      )
        .choices(LANDING_STRATEGIES)
        .default("replace"),
    )
    .option("--base <place>", "common ancestor of both sides, for three-way and interactive")
    .option("--include-schemas", "make tables that the target lacks, with what they need")
    .option("--schemas-only", "make the tables and copy no rows")
    .option(
      "--incremental",
      "read the source only from where the last incremental run ended; deletes in the source are not followed",
    )
    .option(
      "--incremental-column <name>",
      "column that says when a row changed, instead of timestampFields of the config",
    )
    .option(
      "--empty-source",
      "accept that the source's tenant has no rows: those of the target's are deleted",
    )
    .option("--edited", "from a directory: accept files with fewer rows than were pulled, removed on purpose")
    .option(
      "--diff-first",
      "show what differs and ask before anything is written; elsewhere than at a terminal needs --yes",
    )
    .option("--parallel <n>", "connections to each side", parsePositiveCount, 2)
    .option("--single-transaction", "load empty tables over one connection: all of them or none");
}
