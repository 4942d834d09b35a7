import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CLOSING_LINE_FILE } from "./closing-line.ts";

const VITEST = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
let folder: string;

beforeAll(() => {
  const parent = join(import.meta.dirname, "..", "node_modules", ".red-runs");
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, "run-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs vitest on one file of its own and gives its status and last line. */
function runVitest(source: string, configuration = "", filter = "case") {
  const reporter = join(import.meta.dirname, "closing-line-reporter.ts");
  writeFileSync(join(folder, "case.check.ts"), `import { beforeAll, expect, it } from "vitest";\n${source}`);
  writeFileSync(join(folder, "failing-setup.ts"), `export default () => { throw new Error("no server"); };`);
  writeFileSync(
    join(folder, "vitest.config.ts"),
    `import { ClosingLineReporter } from ${JSON.stringify(reporter)};
     export default { test: { include: ["*.check.ts"], reporters: [new ClosingLineReporter()], ${configuration} } };`,
  );
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of Object.keys(env))
    if (name.startsWith("VITEST") || name === CLOSING_LINE_FILE) delete env[name];
  const run = spawnSync(process.execPath, [VITEST, "run", "--root", folder, filter], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return { status: run.status, last: run.stdout.trimEnd().split("\n").at(-1) };
}

it.each([
  [
    "passing and skipped tests",
    'it("a", () => {}); it.skip("b", () => {});',
    "1 passed, 0 failed, 1 skipped",
    0,
  ],
  ["a failing test", 'it("a", () => {}); it("b", () => expect(1).toBe(2));', "1 passed, 1 failed", 1],
  [
    "a failing hook",
    'beforeAll(() => { throw new Error("x"); }); it("a", () => {});',
    "0 passed, 1 failed, 1 skipped",
    1,
  ],
  ["a failing import", 'import "./missing.ts"; it("a", () => {});', "0 passed, 1 failed", 1],
  [
    "a late error",
    'it("a", () => { setTimeout(() => { throw new Error("late"); }, 0); }); it("b", () => new Promise((r) => setTimeout(r, 50)));',
    "2 passed, 1 failed",
    1,
  ],
])("counts %s", (_name, source, last, status) => {
  expect(runVitest(source)).toEqual({ status, last });
});

it("counts a failed global setup", () => {
  const run = runVitest('it("a", () => {});', 'globalSetup: ["./failing-setup.ts"]');
  expect(run).toEqual({ status: 1, last: "0 passed, 1 failed" });
});

it("counts a run without any file", () => {
  expect(runVitest('it("a", () => {});', "", "no-such-file")).toEqual({
    status: 1,
    last: "0 passed, 1 failed",
  });
});
