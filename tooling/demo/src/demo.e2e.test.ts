import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const DEMO = fileURLToPath(new URL("../bin.js", import.meta.url));

function start(args: readonly string[]) {
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, [DEMO, ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  const shown = (part: string) =>
    new Promise<void>((resolve) => {
      child.stdout.on("data", () => text.includes(part) && resolve());
    });
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  const ended = new Promise<{ code: number | null; text: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, text }));
  });
  return { child, shown, ended };
}

const leftovers = (text: string) => {
  const [, folder = "no folder was told"] = /cd \S*(syncline-demo-\w+)/.exec(text) ?? [];
  return readdirSync(tmpdir()).filter((name) => name === folder);
};

describe("the demonstration", { timeout: 300_000 }, () => {
  it("comes out as expected, stays up with --keep, and removes everything on Ctrl-C", async () => {
    const { child, shown, ended } = start(["--keep"]);
    await Promise.race([shown("Press Ctrl-C"), ended]);
    child.kill("SIGINT");
    const { code, text } = await ended;
    expect(text).toContain("Everything came out as expected");
    expect(text).toContain("$ syncline undo ");
    expect(code).toBe(0);
    expect(leftovers(text)).toEqual([]);
  });

  it("can be interrupted in the middle", async () => {
    const { child, shown, ended } = start([]);
    await Promise.race([shown("Starting a PostgreSQL"), ended]);
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
  });

  it("refuses an option that it does not know", async () => {
    expect((await start(["--kep"]).ended).code).toBe(2);
  });
});
