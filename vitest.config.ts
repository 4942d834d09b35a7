import { defineConfig } from "vitest/config";
import { ClosingLineReporter } from "./tooling/vitest/src/closing-line-reporter.ts";
import { GUARANTEE_SCALE } from "./tooling/vitest/src/guarantee-environment.ts";

const ignored = ["**/node_modules/**", "**/dist/**"];
const suffixed = ["**/*.{pg,property,e2e,guarantee}.test.ts"];
const globalSetup = ["@syncline/tooling-test-postgres/global-setup"];
const minutes = (count: number) => count * 60_000;
const fullFigures = Number(process.env[GUARANTEE_SCALE] ?? "0.05") >= 1;

export default defineConfig({
  test: {
    reporters: ["default", new ClosingLineReporter()],
    // Two cores are the smallest machine that we support, and a pg test keeps one busy on the server's side.
    maxWorkers: 2,
    exclude: ignored,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: [...ignored, ...suffixed],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: { name: "property", include: ["**/*.property.test.ts"], testTimeout: minutes(1) },
      },
      {
        extends: true,
        test: {
          name: "pg",
          include: ["**/*.pg.test.ts"],
          globalSetup,
          pool: "forks",
          testTimeout: minutes(1),
          hookTimeout: minutes(1),
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["**/*.e2e.test.ts"],
          // A browser beside another test file on two cores.
          expect: { poll: { timeout: 15_000 } },
          globalSetup,
          pool: "forks",
          testTimeout: minutes(2),
          hookTimeout: minutes(2),
        },
      },
      {
        extends: true,
        test: {
          name: "guarantees",
          include: ["**/*.guarantee.test.ts"],
          globalSetup,
          pool: "forks",
          testTimeout: minutes(fullFigures ? 60 : 5),
          hookTimeout: minutes(2),
        },
      },
    ],
  },
});
