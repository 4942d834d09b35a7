import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const PACKAGES = [
  "core",
  "engine",
  "pg-adapter",
  "snapshot-store",
  "jobs",
  "api",
  "control-plane",
  "config",
  "observability",
  "runtime",
];

/** Each breaks one rule: file, what it imports, name of the rule. */
const BREACHES = [
  ["packages/core/src/a.ts", "@syncline/engine", "core-is-alone"],
  ["packages/core/src/b.ts", "node:fs", "core-is-pure"],
  ["packages/engine/src/a.ts", "@syncline/pg-adapter", "engine-knows-core-only"],
  ["packages/pg-adapter/src/a.ts", "@syncline/snapshot-store", "adapters-know-engine-and-core"],
  ["packages/config/src/a.ts", "@syncline/engine", "config-knows-core-and-jobs"],
  ["packages/jobs/src/a.ts", "@syncline/config", "jobs-know-core-only"],
  ["packages/api/src/a.ts", "@syncline/control-plane", "api-knows-engine-core-and-jobs"],
  ["packages/control-plane/src/a.ts", "@syncline/engine", "control-plane-knows-core-and-jobs"],
  ["packages/observability/src/a.ts", "@syncline/core", "observability-is-alone"],
  ["packages/engine/src/b.ts", "@syncline/config", "nothing-below-runtime-imports-config-or-logs"],
  ["apps/cli/src/a.ts", "@syncline/pg-adapter", "only-runtime-names-adapters"],
  ["apps/cli/src/b.ts", "@syncline/tooling-faults", "nothing-shipped-imports-tooling"],
  ["apps/cli/src/c.ts", "../../../packages/runtime/src/index.ts", "no-packages-by-path"],
  ["apps/web/src/a.ts", "@syncline/runtime", "web-knows-api-and-core"],
  ["apps/server/src/a.ts", "../../web/src/b.ts", "nothing-imports-the-dashboard"],
  ["packages/runtime/src/a.ts", "./cycle.ts", "no-cycles"],
  ["packages/runtime/src/b.ts", "./missing.ts", "no-unresolvable"],
] as const;

/** What the architecture allows, beside what tests may do. */
const ALLOWED = [
  ["packages/engine/src/c.ts", "@syncline/core"],
  ["packages/pg-adapter/src/b.ts", "@syncline/engine"],
  ["packages/runtime/src/c.ts", "@syncline/pg-adapter"],
  ["packages/runtime/src/d.ts", "@syncline/config"],
  ["packages/config/src/b.ts", "@syncline/jobs"],
  ["packages/control-plane/src/b.ts", "@syncline/jobs"],
  ["packages/runtime/src/e.ts", "node:fs"],
  ["apps/cli/src/d.ts", "@syncline/runtime"],
  ["apps/web/src/b.ts", "@syncline/api"],
  ["packages/core/src/c.test.ts", "@syncline/tooling-faults"],
] as const;

let folder: string;
let violations: { from: string; rule: { name: string } }[];

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function writePackage(path: string, name: string): void {
  write(`${path}/package.json`, JSON.stringify({ name, type: "module", exports: "./src/index.ts" }));
  write(`${path}/src/index.ts`, "export const here = true;\n");
  mkdirSync(join(folder, "node_modules/@syncline"), { recursive: true });
  symlinkSync(join(folder, path), join(folder, "node_modules", name));
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "syncline-layers-"));
  cpSync(join(ROOT, ".dependency-cruiser.cjs"), join(folder, ".dependency-cruiser.cjs"));
  write(
    "tsconfig.json",
    JSON.stringify({
      compilerOptions: { module: "nodenext", allowImportingTsExtensions: true, noEmit: true },
    }),
  );
  write("package.json", JSON.stringify({ private: true, type: "module" }));
  for (const name of PACKAGES) writePackage(`packages/${name}`, `@syncline/${name}`);
  writePackage("tooling/faults", "@syncline/tooling-faults");
  for (const [file, target] of [...BREACHES, ...ALLOWED]) write(file, `export * from "${target}";\n`);
  write("packages/runtime/src/cycle.ts", 'export * from "./a.ts";\n');
  const run = spawnSync(
    process.execPath,
    [
      join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs"),
      ...["--config", ".dependency-cruiser.cjs", "--output-type", "json", "packages", "apps", "tooling"],
    ],
    { cwd: folder, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  violations = JSON.parse(run.stdout).summary.violations;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rulesBrokenBy = (file: string) =>
  violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);

describe("the layer rules", () => {
  it.each(BREACHES)("%s may not import %s", (file, _target, rule) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  it.each(ALLOWED)("%s may import %s", (file) => {
    expect(rulesBrokenBy(file).filter((rule) => rule !== "no-unlisted-dependencies")).toEqual([]);
  });
});
