import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../root.ts";
import { DockerIgnore } from "./docker-ignore.ts";
import { expand, parseDockerfile } from "./parse-dockerfile.ts";

const ignore = new DockerIgnore(readFileSync(join(ROOT, ".dockerignore"), "utf8"));

it.each([
  "package.json",
  "apps/cli/src/main.ts",
  "packages/core/package.json",
  "tooling/bench/package.json",
  "deploy/docker/health-check.mjs",
])("sends %s to the builder", (path) => {
  expect(ignore.sends(path)).toBe(true);
});

it.each([
  ".git/config",
  "docs/run-SPEC.md",
  "apps/cli/node_modules/x/y.js",
  "apps/cli/dist/main.mjs",
  "apps/cli/.env",
  "packages/core/src/x.test.ts",
  "deploy/compose/secrets/master-key",
  "tooling/bench/src/main.ts",
])("keeps %s", (path) => {
  expect(ignore.sends(path)).toBe(false);
});

it("refuses what it does not understand", () => {
  expect(() => parseDockerfile("RUN x")).toThrow("before the first FROM");
  expect(() => parseDockerfile("FROM a:1\nrun x")).toThrow("not understood");
  expect(() => expand("${NONE}", {})).toThrow('"NONE"');
});
