import { type Command, Option } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { maskOption } from "./mask-option.ts";
import { collect, collectList, parsePositiveCount } from "./option-values.ts";
import { addRootOptions, type RootOptions } from "./root-selection.ts";

export interface PullCommandOptions extends RootOptions {
  readonly schema?: readonly string[];
  readonly filter?: string;
  readonly fields?: readonly string[];
  readonly mask?: string;
  readonly format: "ndjson" | "json" | "yaml" | "csv";
  readonly includeSchemas?: boolean;
  readonly overwrite?: boolean;
  readonly diffFirst?: boolean;
  readonly parallel: number;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function definePull(program: Command, act: Act): void {
  const command = program
    .command("pull")
    .summary("write rows into a directory that people can read and edit")
    .description(
      "Writes the rows of a place into a directory: a manifest and one file for each table, all of one instant, in key " +
        "order. The directory can be read, edited, kept in git, compared with `syncline diff` and pushed back.",
    )
    .argument("<source>", "where the rows are")
    .argument(
      "<directory>",
      "where the files go; a new or empty folder, or with --overwrite one pulled before",
    )
    .option("-s, --schema <table>", "pull only tables of this name, * as wildcard; repeatable", collect)
    .option("--dataset <name>", "pull only what belongs to the roots of this dataset of the config");
  addRootOptions(command)
    .option(
      "--filter <json>",
      'pull only matching rows; with --dataset only matching roots: {"where":{"status":"active"}}, or @file',
    )
    .option("--fields <names>", "pull only these columns and the keys (a,b)", collectList)
    .addOption(maskOption())
    .addOption(
      new Option("--format <format>", "form of the rows")
        .choices(["ndjson", "json", "yaml", "csv"])
        .default("ndjson"),
    )
    .option("--include-schemas", "also write the tables' definitions, as schema.sql")
    .option("--overwrite", "replace the rows that the directory holds; other files in it stay")
    .option("--diff-first", "show what will change in the directory first, and ask at a terminal")
    .option("--parallel <n>", "tables read at the same time", parsePositiveCount, 2)
    .option("-y, --yes", "answer every question with yes")
    .option("--json", "print the result as JSON")
    .action(
      act(async (session, source: string, directory: string, options: PullCommandOptions) => {
        const { runPull } = await import("./pull/run-pull.ts");
        return runPull(session, { source, directory, options });
      }),
    );
  withExamples(command, [
    ["syncline pull staging:public:users,orders ./rows", "two tables, one JSON object a line"],
    [
      `syncline pull 'prod:acme:*' ./acme --format yaml --overwrite --diff-first --filter '{"where":{"active":true}}'`,
      "pull again, and see what changed",
    ],
  ]);
}
