import { expect, it } from "vitest";
import { runAndKill } from "./index.ts";

const script = (source: string) => ({ command: process.execPath, args: ["-e", source] });
const FOREVER = "setInterval(() => process.stdout.write('0123456789'), 5);";

it("lets a process end by itself", async () => {
  const run = await runAndKill(
    script("process.stdout.write('out'); process.stderr.write('err'); process.exitCode = 3"),
  );
  expect(run).toEqual({ killed: false, code: 3, signal: null, stdout: "out", stderr: "err" });
});

it("kills after bytes of output", async () => {
  const run = await runAndKill({ ...script(FOREVER), after: { bytes: 30 } });
  expect(run).toMatchObject({ killed: true, code: null, signal: "SIGKILL" });
  expect(run.stdout.length).toBeGreaterThanOrEqual(30);
});

it("kills after a time and at a pattern", async () => {
  expect(await runAndKill({ ...script(FOREVER), after: { ms: 200 } })).toMatchObject({ killed: true });
  const reached = `${FOREVER} setTimeout(() => process.stderr.write('step 2\\n'), 50)`;
  expect(await runAndKill({ ...script(reached), after: { stderrPattern: /step 2/ } })).toMatchObject({
    killed: true,
    stderr: "step 2\n",
  });
});

it("kills at a moment known elsewhere, with the signal asked for", async () => {
  const moment = new AbortController();
  setTimeout(() => moment.abort(), 100);
  const run = await runAndKill({ ...script(FOREVER), after: { abort: moment.signal }, signal: "SIGTERM" });
  expect(run).toMatchObject({ killed: true, signal: "SIGTERM" });
});

it("kills the children of the process too: its output closes only when they are gone", async () => {
  const child = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(FOREVER)}], { stdio: "inherit" })`;
  const run = await runAndKill({ ...script(`${child}; setInterval(() => {}, 1000)`), after: { bytes: 10 } });
  expect(run).toMatchObject({ killed: true, signal: "SIGKILL" });
});

it("rejects when the program is not there", async () => {
  await expect(runAndKill({ command: "/nonexistent/program" })).rejects.toThrow("ENOENT");
});
