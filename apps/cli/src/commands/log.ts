import type { Command } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { parsePositiveCount } from "./option-values.ts";

export interface LogCommandOptions {
  readonly limit?: number;
  readonly json?: boolean;
}

export function defineLog(program: Command, act: Act): void {
  const command = program
    .command("log")
    .summary("show what was applied to a target")
    .description(
      "Lists the patches that were applied to a target: when, by whom, what they changed, and whether they were undone.",
    )
    .argument("<target>", "where the log is kept")
    .option("-n, --limit <n>", "newest entries to show", parsePositiveCount, 20)
    .option("--json", "print the entries as JSON")
    .action(
      act(async (session, target: string, options: LogCommandOptions) => {
        const { runLog } = await import("./log/run-log.ts");
        return runLog(session, { target, options });
      }),
    );
  withExamples(command, [
    ["syncline log 'prod:public:*'", "the newest entries"],
    ["syncline log prod:public:users --limit 1 --json", "the newest one, for a script"],
  ]);
}
