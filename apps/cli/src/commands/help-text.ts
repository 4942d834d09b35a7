import type { Command } from "commander";

export type Example = readonly [line: string, purpose: string];

const examples = new WeakMap<Command, readonly Example[]>();

/** Ends the command's help with examples; the reference documentation shows the same ones. */
export function withExamples(command: Command, list: readonly Example[]): Command {
  examples.set(command, list);
  const lines = list.map(([line, purpose]) => `  # ${purpose}\n  $ ${line}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

export function examplesOf(command: Command): readonly Example[] {
  return examples.get(command) ?? [];
}
