import { DIFF_FORMATS, type DiffFormat } from "@syncline/core";
import { type Command, Option } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { maskOption } from "./mask-option.ts";
import {
  type Assignment,
  collect,
  collectAssignments,
  collectList,
  parseDuration,
  parsePercent,
  parsePositiveCount,
} from "./option-values.ts";
import { identityOption, type PatchKeyOptions } from "./patch/key-options.ts";

export interface DiffCommandOptions extends PatchKeyOptions {
  readonly schema?: readonly string[];
  readonly filter?: string;
  readonly fields?: readonly string[];
  readonly ignoreFields?: readonly string[];
  readonly mask?: string;
  readonly ignoreTimestamps?: boolean;
  readonly ignoreSystemFields?: boolean;
  readonly tolerance?: readonly Assignment[];
  readonly key?: readonly Assignment[];
  readonly mapTable?: readonly Assignment[];
  readonly mapColumn?: readonly Assignment[];
  readonly maxDifferences?: number;
  readonly maxPercent?: number;
  readonly maxTime?: number;
  readonly recheck?: number | true;
  readonly explain?: boolean;
  readonly format?: DiffFormat;
  readonly json?: boolean;
  readonly summaryOnly?: boolean;
  readonly output?: string;
  readonly overwrite?: boolean;
  readonly edited?: boolean;
  readonly exitCode?: boolean;
  readonly detectConflicts?: boolean;
  readonly base?: string;
  readonly parallel: number;
  readonly path: "auto" | "stream" | "buckets-by-range" | "buckets-by-hash" | "multiset";
}

export function defineDiff(program: Command, act: Act): void {
  const command = program
    .command("diff")
    .summary("compare two places and show what differs")
    .description(
      "Compares the rows of two places. The result says what would make the target equal the source: rows to insert are " +
        "only in the source, rows to delete only in the target. Nothing is written to either side.",
    )
    .argument("<source>", "where the wanted rows are")
    .argument("<target>", "where rows would change");
  addRowOptions(command);
  addLimitOptions(command);
  addOutputOptions(command);
  command.action(
    act(async (session, source: string, target: string, options: DiffCommandOptions) => {
      const { runDiff } = await import("./diff/run-diff.ts");
      return runDiff(session, { source, target, options });
    }),
  );
  withExamples(command, [
    [
      "syncline diff staging:public:users prod:public:users --format detailed --ignore-timestamps",
      "the first rows of each kind",
    ],
    [
      "syncline diff 'staging:public:*' 'prod:public:*' --output release.patch --exit-code",
      "make a patch; 1 when there are differences",
    ],
  ]);
}

function addRowOptions(command: Command): void {
  command
    .option("-s, --schema <table>", "compare only tables of this name, * as wildcard; repeatable", collect)
    .option("--filter <json>", 'compare only matching rows: {"where":{"status":"active"}}, or @file')
    .option(
      "--fields <names>",
      "compare only these columns (a,b); inserts and deletes still carry whole rows",
      collectList,
    )
    .addOption(maskOption())
    .option("--ignore-fields <names>", "leave these columns out of the comparison (a,b)", collectList)
    .option(
      "--ignore-timestamps",
      "leave out created_at, updated_at and their like (timestampFields in the config)",
    )
    .option(
      "--ignore-system-fields",
      "leave out created_by, updated_by, modified_by, version (systemFields in the config)",
    )
    .option(
      "--tolerance <column=x>",
      "differences up to x count as equal, by column or table.column; repeatable",
      collectAssignments,
    )
    .option(
      "--key <table=a,b>",
      "columns that identify a row, for a table without a usable key; repeatable",
      collectAssignments,
    )
    .option(
      "--map-table <a=b>",
      "compare table a of the source with table b of the target; repeatable",
      collectAssignments,
    )
    .option(
      "--map-column <t.a=b>",
      "compare column a of the source's table t with column b; repeatable",
      collectAssignments,
    );
}

function addLimitOptions(command: Command): void {
  command
    .option(
      "--max-differences <n>",
      "stop after n differences; the result is then marked incomplete",
      parsePositiveCount,
    )
    .option("--max-percent <p>", "stop when more than p percent of the rows differ", parsePercent)
    .option("--max-time <duration>", "stop after this time, like 30s or 5m", parseDuration)
    .option(
      "--recheck [delay]",
      "look at differing rows again after a delay (default 2s): stable, or in flight",
      parseDuration,
    )
    .option("--parallel <n>", "connections to each side", parsePositiveCount, 2)
    .addOption(
      new Option("--path <path>", "force one way of comparing")
        .choices(["auto", "stream", "buckets-by-range", "buckets-by-hash", "multiset"])
        .default("auto")
        .hideHelp(),
    );
}

function addOutputOptions(command: Command): void {
  command
    .addOption(new Option("--format <format>", "form of the result (default: summary)").choices(DIFF_FORMATS))
    .option("--json", "the same as --format json")
    .option("--summary-only", "leave out the rows, in formats that list them")
    .option("--output <file>", "also write a patch; .gz and .zst compress it, .age encrypts it")
    .option("--overwrite", "replace the output file when it exists")
    .option(
      "--edited",
      "with --output: accept a source directory with fewer rows than were pulled, removed on purpose",
    )
    .addOption(identityOption())
    .option("--recipient <key>", "age public key (age1…) that may read an .age patch; repeatable", collect)
    .option("--exit-code", "end with 1 when there are differences")
    .option(
      "--detect-conflicts",
      "list rows that both sides changed since --base, else since the last application from this source by their timestamps; ends with 6 when some conflict",
    )
    .option("--base <place>", "common ancestor of both sides, for --detect-conflicts")
    .option("--explain", "say on stderr how each table was compared, why, and what each step took");
}
