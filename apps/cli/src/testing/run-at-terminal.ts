import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const BINARY = fileURLToPath(new URL("../../bin/syncline.js", import.meta.url));

// Cursor movements of the line editor.
const ESCAPES = /\u001b\[[0-9;]*[A-Za-z]/g;

/** Whether this machine can give a command a pseudo-terminal. */
export const CAN_RUN_AT_TERMINAL =
  spawnSync("script", ["--version"], { stdio: "ignore" }).status === 0 && process.platform === "linux";

/** Runs the executable at a pseudo-terminal and types an answer whenever its question shows up. */
export async function runAtTerminal(
  cwd: string,
  args: readonly string[],
  answers: readonly (readonly [question: RegExp, answer: string])[],
): Promise<{ code: number | null; screen: string }> {
  const words = [process.execPath, BINARY, ...args]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(" ");
  const child = spawn("script", ["-qec", words, "/dev/null"], {
    cwd,
    env: { ...process.env, TERM: "xterm", CI: "", NO_COLOR: "1" },
  });
  let screen = "";
  let from = 0;
  const open = [...answers];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    screen += text.replaceAll(ESCAPES, "");
    const next = open[0];
    if (next === undefined || !next[0].test(screen.slice(from))) return;
    open.shift();
    from = screen.length;
    child.stdin.write(next[1]);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, screen };
}
