import { type Command, Option } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { collect, parsePositiveCount } from "./option-values.ts";
import { addMoveOptions, type MoveCommandOptions } from "./write/move-options.ts";

export const IMPORT_STRATEGIES = ["replace", "merge", "append", "timestamp", "three-way"] as const;

export interface ImportCommandOptions extends MoveCommandOptions {
  readonly merge?: boolean;
  readonly mergeStrategy?: (typeof IMPORT_STRATEGIES)[number];
  readonly base?: string;
  readonly replaceAll?: boolean;
  readonly allow?: string;
  readonly dataset?: string;
  readonly identity?: readonly string[];
  readonly verifySigner?: readonly string[];
  readonly edited?: boolean;
  readonly anySql?: boolean;
  readonly parallel: number;
}

export function defineImport(program: Command, act: Act): void {
  const command = program
    .command("import")
    .summary("write the rows of an export into a place")
    .description(
      "Writes an export, a pulled directory or an SQL file into a target. Rows are replaced by root: those of the file's " +
        "roots become as in the file, with everything that belongs to them; roots that the file does not list are never " +
        "touched. One transaction, that `syncline undo` takes back.",
    )
    .argument("<file>", "what `syncline export` or `syncline pull` wrote, or an .sql file")
    .argument("<target>", "where the rows go")
    .option("--merge", "insert and update, never delete: the same as --merge-strategy merge")
    .addOption(
      new Option(
        "--merge-strategy <strategy>",
        "by root as in the file (replace, the default), insert and update (merge), only insert (append), the newer row wins " +
          "(timestamp), both sides' edits since --base (three-way)",
      ).choices(IMPORT_STRATEGIES),
    )
    .option("--base <place>", "common ancestor of both sides: an export, a pulled directory or a database")
    .option("--replace-all", "also delete roots that the file does not list, with all that belongs to them")
    .option(
      "--allow <file>",
      "root keys that may be touched, one a line or a JSON list; any other root is refused",
    )
    .option("--dataset <name>", "the dataset of the config, when it is not the file's")
    .option(
      "--identity <file>",
      "age secret key that opens the file: a key file or env:NAME; repeatable",
      collect,
    )
    .option(
      "--verify-signer <file>",
      "refuse the file unless this Ed25519 public key (PEM) signed it; repeatable",
      collect,
    )
    .option(
      "--edited",
      "accept a file that was changed since it was written, also when rows were removed from it",
    )
    .option(
      "--any-sql",
      "also run SQL that our own export does not write, on an open target, as long as no row of before is changed or removed",
    )
    .option("--parallel <n>", "connections to the target for comparing", parsePositiveCount, 2);
  addMoveOptions(command).action(
    act(async (session, file: string, target: string, options: ImportCommandOptions) => {
      const { runImport } = await import("./import/run-import.ts");
      return runImport(session, { file, target, options });
    }),
  );
  withExamples(command, [
    [
      "syncline import accounts.yaml 'staging:public:*' --dry-run",
      "what would be inserted, updated and deleted",
    ],
    [
      "syncline import accounts.json.age 'prod:public:*' --merge --identity key.txt --allow roots.txt --confirm prod",
      "merge some accounts, none but those allowed",
    ],
  ]);
}
