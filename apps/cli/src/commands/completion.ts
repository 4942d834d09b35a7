import { Argument, type Command } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";

export function defineCompletion(program: Command, act: Act): void {
  const command = program
    .command("completion")
    .summary("print a shell completion script")
    .description("Prints a script that completes commands, options and their choices.")
    .addArgument(new Argument("<shell>", "your shell").choices(["bash", "zsh", "fish"]))
    .action(
      act(async (session, shell: string) => {
        const { completionScript } = await import("./completion/scripts.ts");
        await session.output.write(completionScript(shell));
        return "ok";
      }),
    );
  withExamples(command, [
    ["source <(syncline completion bash)", "this shell only"],
    ["syncline completion fish > ~/.config/fish/completions/syncline.fish", "for ever"],
  ]);
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action(
      act(async (session, words: string[]) => {
        const { completeWords } = await import("./completion/complete-words.ts");
        await session.output.write(
          completeWords(program, words)
            .map((word) => `${word}\n`)
            .join(""),
        );
        return "ok";
      }),
    );
}
