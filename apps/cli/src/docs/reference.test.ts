import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { examplesOf } from "../commands/help-text.ts";
import { createProgram } from "../program.ts";
import { referencePages } from "./reference-pages.ts";

const program = createProgram({ act: () => () => Promise.resolve(), out: () => {}, err: () => {} });
const visible = (parent: typeof program): (typeof program)[] =>
  parent.commands
    .filter((command) => command.name() !== "complete")
    .flatMap((command) => [command, ...visible(command)]);

describe("reference documentation", () => {
  it.each([...referencePages()])(
    "docs/reference/%s is what the command tree says (run pnpm docs:reference)",
    (path, text) => {
      expect(readFileSync(new URL(`../../../../docs/reference/${path}`, import.meta.url), "utf8")).toBe(text);
    },
  );

  it.each(visible(program).map((command) => [command.name(), command] as const))(
    "%s has a description and two examples",
    (_name, command) => {
      expect(command.description()).not.toBe("");
      expect(examplesOf(command)).toHaveLength(2);
      for (const [line] of examplesOf(command)) expect(line).toContain("syncline");
    },
  );
});
