import type { Command } from "commander";
import type { Act } from "../../session.ts";
import { withExamples } from "../help-text.ts";
import type { FileCommandOptions } from "../patch.ts";
import { addKeyOptions } from "./key-options.ts";

export function defineCombine(patch: Command, act: Act): void {
  const command = patch
    .command("combine")
    .summary("write one patch that does what several do in turn")
    .description(
      "Folds patches into one that equals applying them in the given order: a row that comes and goes vanishes, several " +
        "updates of a row become one. Refuses patches of which one does not follow from those before it.",
    )
    .argument("<files...>", "two or more patch files, in order")
    .requiredOption("--output <file>", "where to write the combined patch")
    .option("--overwrite", "replace the output file when it exists")
    .option("--json", "print the result as JSON");
  addKeyOptions(command).action(
    act(async (session, files: string[], options: FileCommandOptions) => {
      const { runCombine } = await import("./run-combine.ts");
      return runCombine(session, { files, options });
    }),
  );
  withExamples(command, [
    ["syncline patch combine monday.patch tuesday.patch --output both.patch", "one patch instead of two"],
    ["syncline patch combine 1.patch 2.patch 3.patch --output all.patch.gz --json", "three, compressed"],
  ]);
}

export function defineRebase(patch: Command, act: Act): void {
  const command = patch
    .command("rebase")
    .summary("make an older patch fit a target that has moved on")
    .description(
      "Reads the rows of the patch from the target again and writes a patch whose old values are those of today: what " +
        "stands there already is left out, other columns that changed meanwhile stay, and a column that both changed is " +
        "a conflict. Conflicts are left out of the new patch; the command then ends with 6. Writes nothing to the target.",
    )
    .argument("<file>", "patch file; - reads standard input")
    .argument("<target>", "where it shall be applied")
    .requiredOption("--output <file>", "where to write the rebased patch")
    .option("--conflicts <file>", "write conflicts to this file, for syncline patch resolve")
    .option("--overwrite", "replace the output and conflict files when they exist")
    .option("--json", "print the result as JSON");
  addKeyOptions(command).action(
    act(async (session, file: string, target: string, options: FileCommandOptions) => {
      const { runRebase } = await import("./run-rebase.ts");
      return runRebase(session, { file, target, options });
    }),
  );
  withExamples(command, [
    ["syncline patch rebase old.patch prod:public:users --output new.patch", "old values read again"],
    [
      "syncline patch rebase old.patch 'prod:public:*' --output new.patch --conflicts conflicts.json",
      "what cannot be merged goes to a conflict file",
    ],
  ]);
}
