import { describe, expect, it } from "vitest";
import { createProgram } from "../../program.ts";
import { completeWords } from "./complete-words.ts";
import { completionScript } from "./scripts.ts";

const program = createProgram({ act: () => () => Promise.resolve(), out: () => {}, err: () => {} });
const complete = (...words: string[]) => completeWords(program, words);

describe("completion", () => {
  it("completes commands and subcommands, hidden ones left out", () => {
    expect(complete("")).toEqual(expect.arrayContaining(["diff", "patch", "undo", "log", "config"]));
    expect(complete("")).not.toContain("complete");
    expect(complete("pa")).toEqual(["patch"]);
    expect(complete("patch", "s")).toEqual(["show", "sign", "sql"]);
  });

  it("completes options of the command and of all commands", () => {
    expect(complete("diff", "--ignore-t")).toEqual(["--ignore-timestamps"]);
    expect(complete("diff", "a:b", "--conf")).toEqual(["--config"]);
    expect(complete("diff", "--pat")).toEqual([]);
  });

  it("completes choices of an option, and leaves files to the shell", () => {
    expect(complete("diff", "--format", "s")).toEqual(["summary", "side-by-side", "sql"]);
    expect(complete("diff", "--output", "")).toEqual([]);
    expect(complete("patch", "a.patch", "--strategy", "t")).toEqual(["theirs"]);
  });

  it.each(["bash", "zsh", "fish"])("has a script for %s that asks the command itself", (shell) => {
    expect(completionScript(shell)).toContain("syncline complete --");
  });
});
