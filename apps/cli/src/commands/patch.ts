import { DIFF_FORMATS, type DiffFormat } from "@syncline/core";
import { type Command, Option } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { collect, parseDuration } from "./option-values.ts";
import { defineCombine, defineRebase } from "./patch/define-rewrites.ts";
import { defineKeys, defineSign, defineVerify } from "./patch/define-signing.ts";
import { addKeyOptions, identityOption, type PatchKeyOptions } from "./patch/key-options.ts";

const SELECT = "only matching operations: table=…,kind=insert|update|delete,key=…; repeatable";

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly reason?: string;
  readonly strategy: "manual" | "ours" | "theirs" | "interactive";
  readonly select?: readonly string[];
  readonly triggers: "auto" | "on" | "off";
  readonly includeCascades?: boolean;
  readonly allowDdl?: boolean;
  readonly lockTimeout: number;
  readonly conflicts?: string;
  readonly overwrite?: boolean;
  readonly yes?: boolean;
  readonly confirm?: string;
  readonly json?: boolean;
}

export interface ApplyCommandOptions extends WriteOptions, PatchKeyOptions {
  readonly reverse?: boolean;
}

export interface ShowCommandOptions extends PatchKeyOptions {
  readonly select?: readonly string[];
  readonly format?: DiffFormat;
  readonly json?: boolean;
}

export interface FileCommandOptions extends PatchKeyOptions {
  readonly output?: string;
  readonly overwrite?: boolean;
  readonly select?: readonly string[];
  readonly with?: "ours" | "theirs" | "base";
  readonly patch?: string;
  readonly reverse?: boolean;
  readonly conflicts?: string;
  readonly json?: boolean;
}

/** `patch` alone is `patch apply`; a file called like a subcommand is written as a path: `./show`. */
export function definePatch(program: Command, act: Act): void {
  const patch = program
    .command("patch")
    .summary("apply a patch, or show, verify, sign, invert, resolve, combine or rebase one")
    .description(
      "Works with patch files made by `syncline diff --output`. `syncline patch <file> <target>` is short for " +
        "`syncline patch apply <file> <target>`; its options are in `syncline patch apply --help`.",
    )
    .usage("[options] <file> <target> | <command>");
  defineApply(patch, act);
  defineShow(patch, act);
  defineVerify(patch, act);
  defineSign(patch, act);
  defineKeys(patch, act);
  defineSql(patch, act);
  defineInvert(patch, act);
  defineResolve(patch, act);
  defineCombine(patch, act);
  defineRebase(patch, act);
  withExamples(patch, [
    [
      "syncline patch release.patch prod:public:users --dry-run",
      "try it: everything is done, checked and rolled back",
    ],
    ["syncline patch show release.patch", "read it first"],
  ]);
}

const STRATEGIES = {
  apply: {
    choices: ["manual", "ours", "theirs", "interactive"],
    text: "rows that changed meanwhile: stop and report (manual), keep the target's (ours), overwrite (theirs), ask for each (interactive)",
  },
  undo: {
    choices: ["manual", "ours", "theirs"],
    text: "rows that changed since: stop and report (manual), keep the target's (ours), overwrite (theirs)",
  },
} as const;

/** What applying and undoing have in common. */
export function addWriteOptions(command: Command, verb: keyof typeof STRATEGIES): Command {
  const { choices, text } = STRATEGIES[verb];
  return command
    .option("--dry-run", "do everything in a real transaction, then roll it back")
    .addOption(new Option("--strategy <strategy>", text).choices(choices).default("manual"))
    .option("--select <selection>", SELECT, collect)
    .option("-f, --force", "overwrite rows that changed meanwhile; needs --reason")
    .option("--reason <text>", "why --force is used; recorded in the target's log")
    .addOption(
      new Option(
        "--triggers <mode>",
        "triggers of the target: on, off, or off only where they change patched values (auto)",
      )
        .choices(["auto", "on", "off"])
        .default("auto"),
    )
    .option(
      "--include-cascades",
      "accept that foreign keys delete or change rows that the patch does not name",
    )
    .option("--allow-ddl", "make foreign keys deferrable for the moment when no other order works")
    .addOption(
      new Option("--lock-timeout <duration>", "wait at most this long for a lock")
        .argParser(parseDuration)
        .default(10_000, "10s"),
    )
    .option("-y, --yes", "answer every question with yes; not enough for a protected target")
    .option("--confirm <server>", "confirm the write to a protected server by its name")
    .option("--json", "print the result as JSON");
}

function defineApply(patch: Command, act: Act): void {
  const command = patch
    .command("apply", { isDefault: true })
    .summary("apply a patch to a target (also: patch <file> <target>)")
    .description(
      "Applies a patch in one transaction: all of it or nothing. Every old value is checked first; rows that changed " +
        "meanwhile are conflicts. What undoes it is stored in the target, see `syncline undo` and `syncline log`.",
    )
    .argument("<file>", "patch file; - reads standard input")
    .argument("<target>", "where to apply it")
    .option("-R, --reverse", "apply the inverse of the patch")
    .option("--conflicts <file>", "write conflicts to this file, for syncline patch resolve")
    .option("--overwrite", "replace the conflict file when it exists");
  addKeyOptions(command);
  addWriteOptions(command, "apply").action(
    act(async (session, file: string, target: string, options: ApplyCommandOptions) => {
      const { runApply } = await import("./patch/run-apply.ts");
      return runApply(session, { file, target, options });
    }),
  );
  withExamples(command, [
    ["syncline patch release.patch prod:public:users --dry-run", "try it"],
    [
      "syncline patch release.patch 'prod:public:*' --confirm prod --conflicts conflicts.json",
      "apply it to a protected server",
    ],
  ]);
}

function defineShow(patch: Command, act: Act): void {
  const command = patch
    .command("show")
    .summary("print what a patch holds")
    .description("Prints a patch for people: where it comes from and each row that it changes.")
    .argument("<file>", "patch file; - reads standard input")
    .addOption(
      new Option("--format <format>", "form of the output (default: detailed)").choices(DIFF_FORMATS),
    )
    .option("--select <selection>", SELECT, collect)
    .option("--json", "the same as --format json")
    .addOption(identityOption())
    .action(
      act(async (session, file: string, options: ShowCommandOptions) => {
        const { runShow } = await import("./patch/run-show.ts");
        return runShow(session, { file, options });
      }),
    );
  withExamples(command, [
    ["syncline patch show release.patch", "the first rows of each kind"],
    [
      "syncline patch show release.patch --format unified --select table=users,kind=update",
      "only updates of one table",
    ],
  ]);
}

function defineSql(patch: Command, act: Act): void {
  const command = patch
    .command("sql")
    .summary("print a patch as SQL")
    .description(
      "Prints the statements of a patch, each with the old values in its WHERE, in one transaction.",
    )
    .argument("<file>", "patch file; - reads standard input")
    .option("-R, --reverse", "the statements that undo it")
    .option("--select <selection>", SELECT, collect)
    .addOption(identityOption())
    .action(
      act(async (session, file: string, options: FileCommandOptions) => {
        const { runSql } = await import("./patch/run-show.ts");
        return runSql(session, { file, options });
      }),
    );
  withExamples(command, [
    ["syncline patch sql release.patch > release.sql", "for review or for psql"],
    ["syncline patch sql release.patch --reverse", "what would undo it"],
  ]);
}

function defineInvert(patch: Command, act: Act): void {
  const command = patch
    .command("invert")
    .summary("write the patch that undoes a patch")
    .description("Writes the inverse: inserts become deletes, deletes become inserts, updates go back.")
    .argument("<file>", "patch file; - reads standard input")
    .requiredOption("--output <file>", "where to write the inverse")
    .option("--overwrite", "replace the output file when it exists")
    .option("--json", "print the result as JSON");
  addKeyOptions(command).action(
    act(async (session, file: string, options: FileCommandOptions) => {
      const { runInvert } = await import("./patch/run-rewrite.ts");
      return runInvert(session, { file, options });
    }),
  );
  withExamples(command, [
    ["syncline patch invert release.patch --output back.patch", "the way back, as a file"],
    ["syncline patch invert release.patch.gz --output back.patch.gz", "both compressed"],
  ]);
}

function defineResolve(patch: Command, act: Act): void {
  const command = patch
    .command("resolve")
    .summary("make a clean patch of a conflict file")
    .description(
      "Turns the conflict file that `patch --conflicts` wrote into a patch that applies. Without --with, the " +
        "resolutions written into the file are taken, and the terminal asks for the rest.",
    )
    .argument("<conflicts>", "conflict file")
    .requiredOption("--output <file>", "where to write the patch")
    .addOption(
      new Option("--with <side>", "decide every open conflict the same way").choices([
        "ours",
        "theirs",
        "base",
      ]),
    )
    .option("--patch <file>", "the patch that met the conflicts (default: the path in the conflict file)")
    .option("--overwrite", "replace the output file when it exists")
    .option("--json", "print the result as JSON");
  addKeyOptions(command).action(
    act(async (session, file: string, options: FileCommandOptions) => {
      const { runResolve } = await import("./patch/run-resolve.ts");
      return runResolve(session, { file, options });
    }),
  );
  withExamples(command, [
    ["syncline patch resolve conflicts.json --with theirs --output resolved.patch", "the patch's values win"],
    ["syncline patch resolve conflicts.json --output resolved.patch", "take what was written into the file"],
  ]);
}
