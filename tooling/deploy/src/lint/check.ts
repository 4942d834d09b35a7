import { spawnSync } from "node:child_process";

/** What a linter said of a file. */
export interface CheckResult {
  readonly name: string;
  readonly state: "passed" | "FAILED" | "skipped";
  readonly output: string;
}

export interface RunTool {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly input?: string;
  /** Some tools warn on stderr and end with 0. */
  readonly silentStderr?: boolean;
}

/** Runs a program; a program that is not installed is skipped, and that is said. */
export function runTool({ name, argv, input, silentStderr = false }: RunTool): CheckResult {
  const [program, ...args] = argv;
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", input });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT")
    return { name, state: "skipped", output: `"${program}" is not installed` };
  const passed = status === 0 && (!silentStderr || stderr.trim() === "");
  return { name, state: passed ? "passed" : "FAILED", output: `${stdout}${stderr}`.trim() };
}

/** Of a check of our own: passed without problems. */
export function judge(name: string, problems: readonly string[]): CheckResult {
  return { name, state: problems.length === 0 ? "passed" : "FAILED", output: problems.join("\n") };
}
