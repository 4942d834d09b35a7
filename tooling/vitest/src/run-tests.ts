import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CLOSING_LINE_FILE, closingLine, parseClosingLine } from "./closing-line.ts";
import { GUARANTEE_RECORDS, GUARANTEE_SCALE, GUARANTEE_SEED } from "./guarantee-environment.ts";
import { updateGuaranteesDocument } from "./guarantees-document.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
/** `test` runs a twentieth of each guarantee's figure with a fixed seed, so that it stays short and repeatable. */
const SCALE_OF_TEST = "0.05";
const SEED_OF_TEST = "20261";
const MAX_SEED = 2 ** 31;

/** Runs vitest with the command line's filters; returns the exit status. The closing line is printed last. */
export async function runTests(argv: readonly string[]): Promise<number> {
  const guarantees = argv.includes("--guarantees");
  const passed = argv.filter((word) => word !== "--guarantees" && word !== "--");
  const scratch = mkdtempSync(join(tmpdir(), "syncline-tests-"));
  const records = join(scratch, "guarantees.ndjson");
  const lineFile = join(scratch, "closing-line");
  const environment = {
    ...process.env,
    [GUARANTEE_SCALE]: process.env[GUARANTEE_SCALE] ?? (guarantees ? "1" : SCALE_OF_TEST),
    [GUARANTEE_SEED]:
      process.env[GUARANTEE_SEED] ?? (guarantees ? String(randomInt(MAX_SEED)) : SEED_OF_TEST),
    [GUARANTEE_RECORDS]: records,
    [CLOSING_LINE_FILE]: lineFile,
  };
  process.stderr.write(`seed: ${environment[GUARANTEE_SEED]} (${GUARANTEE_SEED})\n`);
  try {
    const status = await runVitest(
      ["run", ...(guarantees ? ["--project=guarantees"] : []), ...passed],
      environment,
    );
    if (guarantees) updateGuaranteesDocument({ root: ROOT, recordsFile: records });
    return conclude(lineFile, status);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function runVitest(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const entry = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const child = spawn(process.execPath, [entry, ...args], { cwd: ROOT, env, stdio: "inherit" });
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on("SIGTERM", forward).on("SIGINT", forward);
  return new Promise((resolve) => {
    child.once("error", (error) => {
      process.stderr.write(`vitest did not start: ${error.message}\n`);
      resolve(1);
    });
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** A run that ended badly never closes with `0 failed`, and one with failures never ends with status 0. */
function conclude(lineFile: string, status: number): number {
  const counts = parseClosingLine(readIfPresent(lineFile)) ?? { passed: 0, failed: 1, skipped: 0 };
  const failed = status !== 0 && counts.failed === 0 ? 1 : counts.failed;
  process.stdout.write(`${closingLine({ ...counts, failed })}\n`);
  return status === 0 && failed > 0 ? 1 : status;
}

function readIfPresent(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
