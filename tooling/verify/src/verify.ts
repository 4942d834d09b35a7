import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..", "..");

interface Step {
  readonly name: string;
  /** Program of `node_modules/.bin`, or `node`, with its arguments. */
  readonly commands: readonly (readonly [string, ...string[]])[];
}

const TSC = "node_modules/typescript/bin/tsc";

/** What CI checks, the quick steps first. */
export const STEPS: readonly Step[] = [
  {
    name: "types",
    commands: [
      ["node", TSC, "-p", "."],
      ["node", TSC, "-p", "packages/core"],
    ],
  },
  { name: "lint", commands: [["biome", "ci", "--colors=off"]] },
  {
    name: "layers",
    commands: [["depcruise", "--config", ".dependency-cruiser.cjs", "packages", "apps", "tooling"]],
  },
  { name: "dead code", commands: [["knip"]] },
  { name: "tests", commands: [["node", "tooling/vitest/bin.js"]] },
];

interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
}

/** Runs every step, also after a failed one, and prints a summary. Returns the exit status. */
export async function verify(steps: readonly Step[] = STEPS): Promise<number> {
  const outcomes: Outcome[] = [];
  for (const step of steps) {
    process.stdout.write(`\n== ${step.name}\n`);
    outcomes.push(await runStep(step));
  }
  process.stdout.write(`\n${outcomes.map(renderOutcome).join("\n")}\n`);
  const failed = outcomes.filter((outcome) => !outcome.passed).length;
  process.stdout.write(`verify: ${outcomes.length - failed} of ${outcomes.length} steps passed\n`);
  return failed === 0 ? 0 : 1;
}

async function runStep(step: Step): Promise<Outcome> {
  const start = performance.now();
  let passed = true;
  for (const [program, ...args] of step.commands) passed = (await run(program, args)) && passed;
  return { name: step.name, passed, seconds: (performance.now() - start) / 1_000 };
}

function run(program: string, args: readonly string[]): Promise<boolean> {
  const path = [join(ROOT, "node_modules", ".bin"), dirname(process.execPath), process.env.PATH].join(
    delimiter,
  );
  const executable = program === "node" ? process.execPath : program;
  const child = spawn(executable, [...args], {
    cwd: ROOT,
    env: { ...process.env, PATH: path },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return new Promise((resolve) => {
    child.once("error", (error) => {
      process.stderr.write(`${program}: ${error.message}\n`);
      resolve(false);
    });
    child.once("close", (code) => resolve(code === 0));
  });
}

function renderOutcome({ name, passed, seconds }: Outcome): string {
  return `${passed ? "passed" : "FAILED"}  ${name.padEnd(10)} ${seconds.toFixed(1)} s`;
}
