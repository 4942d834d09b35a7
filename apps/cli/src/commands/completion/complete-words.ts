import type { Command, Option } from "commander";

/** Candidates for the last of `words`, which are the command line after `syncline`. */
export function completeWords(program: Command, words: readonly string[]): string[] {
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const { command, path } = findCommand(program, before);
  const pending = pendingOption([...path], before.at(-1));
  const candidates = pending ?? (last.startsWith("-") ? flags(path) : subcommandNames(command));
  return candidates.filter((candidate) => candidate.startsWith(last));
}

function findCommand(
  program: Command,
  words: readonly string[],
): { command: Command; path: readonly Command[] } {
  let command = program;
  const path = [program];
  for (const word of words) {
    const next = command.commands.find((child) => child.name() === word);
    if (next === undefined) continue;
    command = next;
    path.push(next);
  }
  // `patch` alone is `patch apply`, so its options are offered as well.
  const implied = command.commands.find((child) => child.name() === "apply");
  return { command, path: implied === undefined ? path : [...path, implied] };
}

/** Choices of the option whose value is being typed; an empty list leaves files to the shell. */
function pendingOption(path: readonly Command[], word: string | undefined): readonly string[] | null {
  if (word === undefined || !word.startsWith("-")) return null;
  const option = path
    .flatMap((command) => command.options)
    .find((known) => known.long === word || known.short === word);
  return option === undefined || !option.required ? null : (option.argChoices ?? []);
}

function flags(path: readonly Command[]): string[] {
  const visible = (option: Option) => !option.hidden && option.long !== undefined && option.long !== null;
  const longs = path.flatMap((command) => command.options.filter(visible).map((option) => option.long ?? ""));
  return [...new Set([...longs, "--help"])];
}

function subcommandNames(command: Command): string[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((child) => child.name());
}
