import { spawnSync } from "node:child_process";
import type { ServerUser } from "./server-user.ts";

/** How to spawn a program as the server's user: words put before the command, and options for `spawn`. */
export interface LaunchPrefix {
  readonly words: readonly string[];
  readonly spawnOptions: { uid?: number; gid?: number };
}

/**
 * Prefers `setpriv`, which also asks the kernel to send the server SIGQUIT when this process dies, even by SIGKILL.
 * The signal follows the death of the spawning thread: start servers from the main thread.
 */
export function launchPrefix(user: ServerUser | undefined): LaunchPrefix {
  if (process.platform === "linux") {
    const identity =
      user === undefined ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"];
    const words = ["setpriv", ...identity, "--pdeathsig", "QUIT"];
    const [program = "setpriv", ...args] = words;
    if (spawnSync(program, [...args, "true"], { stdio: "ignore", cwd: "/" }).status === 0)
      return { words, spawnOptions: {} };
  }
  return { words: [], spawnOptions: user ?? {} };
}

/** The program and arguments of `command` behind the prefix. */
export function prefixed(prefix: LaunchPrefix, command: string, args: readonly string[]): [string, string[]] {
  const [program = command, ...rest] = [...prefix.words, command, ...args];
  return [program, rest];
}
