import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BINARY = fileURLToPath(new URL("../../apps/cli/bin/syncline.js", import.meta.url));

export interface ExampleRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command in an example's folder, with the addresses of its servers in the environment. */
export async function runExample(
  folder: URL,
  args: readonly string[],
  servers: Readonly<Record<string, string>>,
): Promise<ExampleRun> {
  const options = { cwd: fileURLToPath(folder), env: { PATH: process.env["PATH"], ...servers } };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [BINARY, ...args], options);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    if (typeof code !== "number") throw error;
    return { code, stdout, stderr };
  }
}
