import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { type KilledRun, type KillMoment, runAndKill } from "@syncline/tooling-faults";

const BIN = fileURLToPath(new URL("../../../apps/cli/bin/syncline.js", import.meta.url));

export interface ChildOptions {
  readonly after?: KillMoment;
  readonly signal?: NodeJS.Signals;
}

/** Runs the command line as people do, in a process of its own, away from any config file. */
export function syncline(args: readonly string[], options: ChildOptions = {}): Promise<KilledRun> {
  return runAndKill({
    command: process.execPath,
    args: [BIN, ...args],
    cwd: tmpdir(),
    env: { NO_COLOR: "1", CI: "1" },
    ...options,
  });
}

/** The model's tables behind `url`, without TLS so that a proxy can read the messages. */
export function locator(url: string): string {
  const plain = new URL(url);
  plain.searchParams.set("sslmode", "disable");
  return `${plain.href}#public:*`;
}

export interface Report {
  readonly outcome: string | null;
  readonly errorCode: string | null;
}

/** What a run said on the way out: the outcome of its result or the code of its error. */
export function readReport(run: KilledRun): Report {
  const outcome = /"outcome":\s*"([a-z-]+)"/.exec(run.stdout)?.[1] ?? null;
  const code = /"code":\s*"([a-z_]+\.?[a-z_]*)"/.exec(run.stdout + run.stderr)?.[1];
  return { outcome, errorCode: code ?? /\[([a-z]+\.[a-z_]+)\]/.exec(run.stderr)?.[1] ?? null };
}
