import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type KilledRun, runAndKill } from "@syncline/tooling-faults";
import { expect, it } from "vitest";
import { isPortFree } from "./free-port.ts";

const FIXTURE = join(import.meta.dirname, "embedded-parent.fixture.ts");

async function runParent(behaviour: string, signal?: NodeJS.Signals) {
  const run = await runAndKill({
    command: process.execPath,
    args: [FIXTURE, behaviour],
    after: signal === undefined ? {} : { stdoutPattern: /\n/ },
    signal,
  });
  const { port, dataDir } = readServer(run);
  return { run, dataDir, serverGone: await isGone(port) };
}

function readServer(run: KilledRun): { port: number; dataDir: string } {
  const line = run.stdout.split("\n")[0] ?? "";
  if (line === "") throw new Error(`the fixture did not start: ${run.stderr}`);
  return JSON.parse(line) as { port: number; dataDir: string };
}

async function isGone(port: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await isPortFree("127.0.0.1", port)) return true;
    await sleep(50);
  }
  return false;
}

it.each([
  ["exit", 5],
  ["throw", 1],
  ["run-dry", 0],
])("a parent that ends by %s keeps its status and leaves nothing", async (behaviour, code) => {
  const { run, dataDir, serverGone } = await runParent(behaviour);
  expect(run.code).toBe(code);
  expect(serverGone).toBe(true);
  expect(existsSync(dirname(dataDir))).toBe(false);
});

it.each(["SIGTERM", "SIGINT"] as const)(
  "a parent without a handler dies of %s and leaves nothing",
  async (signal) => {
    const { run, dataDir, serverGone } = await runParent("wait", signal);
    expect(run.signal).toBe(signal);
    expect(serverGone).toBe(true);
    expect(existsSync(dirname(dataDir))).toBe(false);
  },
);

it("a parent with a handler of its own drains first", async () => {
  const { run, serverGone } = await runParent("handle-sigterm", "SIGTERM");
  expect(run).toMatchObject({ code: 7, signal: null });
  expect(run.stdout).toContain("drained");
  expect(serverGone).toBe(true);
});

it.skipIf(process.platform !== "linux")("no server outlives a parent that got SIGKILL", async () => {
  const { dataDir, serverGone } = await runParent("wait", "SIGKILL");
  expect(serverGone).toBe(true);
  rmSync(dirname(dataDir), { recursive: true, force: true });
});
