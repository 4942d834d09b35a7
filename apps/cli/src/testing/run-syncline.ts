import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BINARY = fileURLToPath(new URL("../../bin/syncline.js", import.meta.url));

export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<RunResult>;
}

/** A folder of its own with a syncline.yaml, in which the real executable runs. */
export interface CommandFolder {
  readonly path: string;
  run(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<RunResult>;
  start(args: readonly string[], environment?: NodeJS.ProcessEnv): RunningCommand;
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

export async function makeCommandFolder(config?: string): Promise<CommandFolder> {
  const path = await mkdtemp(join(tmpdir(), "syncline-cli-"));
  const write = async (name: string, text: string) => {
    await writeFile(join(path, name), text);
    return join(path, name);
  };
  if (config !== undefined) await write("syncline.yaml", config);
  const start = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
    startCommand(args, path, environment);
  return {
    path,
    start,
    write,
    run: (args, environment) => start(args, environment).ended,
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** The servers of a test: each a database, with a protection. */
export function configOf(
  servers: Readonly<Record<string, { readonly url: string; readonly protection?: string }>>,
): string {
  return JSON.stringify({ version: 1, servers });
}

function startCommand(args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv): RunningCommand {
  const child = spawn(process.execPath, [BINARY, ...args], {
    cwd,
    env: { ...cleanEnvironment(), ...environment },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => {});
  child.stdin.end();
  const ended = new Promise<RunResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

/** Colours, defaults and addresses of whoever runs the tests must not reach the command. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(PG|SYNCLINE_|DATABASE_URL|NO_COLOR|FORCE_COLOR|CI$|COLUMNS|XDG_CONFIG_HOME)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
