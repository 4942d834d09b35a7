import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const SYNCLINE = fileURLToPath(new URL("../../../apps/cli/bin/syncline.js", import.meta.url));

/** Runs the real command line in a folder: to this terminal, or captured. */
export class SynclineRunner {
  readonly #folder: string;
  #child: ChildProcess | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Exit code; output goes where ours goes. */
  async show(args: readonly string[]): Promise<number> {
    return (await this.#run(args, "inherit")).code;
  }

  async capture(args: readonly string[]): Promise<{ code: number; stdout: string }> {
    return this.#run(args, "pipe");
  }

  /** Resolves when a command that still runs has ended. */
  async settle(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null) return;
    await new Promise((resolve) => child.once("close", resolve));
  }

  async #run(args: readonly string[], stdout: "inherit" | "pipe"): Promise<{ code: number; stdout: string }> {
    const child = spawn(process.execPath, [SYNCLINE, ...args], {
      cwd: this.#folder,
      stdio: ["ignore", stdout, "inherit"],
    });
    this.#child = child;
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status) => resolve(status ?? 1));
    });
    return { code, stdout: text };
  }
}

/** A command as one would type it: words are quoted where a shell would touch them. */
export function formatCommand(args: readonly string[]): string {
  return ["syncline", ...args]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
