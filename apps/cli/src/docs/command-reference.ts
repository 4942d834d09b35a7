import type { Argument, Command, Option } from "commander";
import { examplesOf } from "../commands/help-text.ts";

/** The whole command tree as one Markdown page. */
export function formatCommandReference(program: Command): string {
  const parts = [
    "# Commands",
    "<!-- Generated from the command tree by `pnpm docs:reference`; edit apps/cli/src/commands instead. -->",
    program.description(),
    "Data goes to stdout, words for people to stderr. Exit codes are listed in [exit-codes.md](exit-codes.md).",
    "## Options of every command",
    optionTable(program.options),
    ...leafFirst(program).map(section),
  ];
  return `${parts.join("\n\n")}\n`;
}

function leafFirst(parent: Command): Command[] {
  return parent
    .createHelp()
    .visibleCommands(parent)
    .filter(isOurs)
    .flatMap((command) => [command, ...leafFirst(command)]);
}

function isOurs(command: Command): boolean {
  return command.name() !== "help";
}

function section(command: Command): string {
  const name = fullName(command);
  const usage = [name, command.usage().replace(/ \[command\]$/, " <command>")].join(" ");
  const parts = [`## ${name}`, "```sh", usage, "```", paragraph(command.description())];
  if (command.registeredArguments.length > 0) parts.push(argumentTable(command.registeredArguments));
  if (command.options.some((option) => !option.hidden)) parts.push(optionTable(command.options));
  return [...parts, examples(command)]
    .join("\n")
    .replaceAll("\n```\n", "\n```\n\n")
    .replaceAll(/\n(\|)/g, "\n$1");
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function paragraph(text: string): string {
  return `${text}\n`;
}

function argumentTable(list: readonly Argument[]): string {
  const rows = list.map(
    (argument) =>
      `| \`${argument.required ? `<${argument.name()}>` : `[${argument.name()}]`}\` | ${cell(argument.description)}${choices(argument.argChoices)} |`,
  );
  return `| Argument | Meaning |\n|---|---|\n${rows.join("\n")}\n`;
}

function optionTable(list: readonly Option[]): string {
  const rows = list
    .filter((option) => !option.hidden)
    .map(
      (option) =>
        `| \`${option.flags}\` | ${cell(option.description)}${choices(option.argChoices)}${defaultOf(option)} |`,
    );
  return `| Option | Meaning |\n|---|---|\n${rows.join("\n")}\n`;
}

function choices(list: readonly string[] | undefined): string {
  return list === undefined ? "" : ` One of ${list.map((choice) => `\`${choice}\``).join(", ")}.`;
}

function defaultOf(option: Option): string {
  if (option.defaultValue === undefined || typeof option.defaultValue === "boolean") return "";
  return ` Default: \`${option.defaultValueDescription ?? String(option.defaultValue)}\`.`;
}

function cell(text: string | undefined): string {
  const escaped = (text ?? "").replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("*", "\\*");
  const sentence = escaped.charAt(0).toUpperCase() + escaped.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

function examples(command: Command): string {
  const lines = examplesOf(command).map(([line, purpose]) => `# ${purpose}\n${line}`);
  return lines.length === 0 ? "" : `\`\`\`sh\n${lines.join("\n")}\n\`\`\``;
}
