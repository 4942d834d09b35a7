import type { TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { CommandFolder, RunResult } from "../../testing/run-syncline.ts";
import { fill, makeAccountsFolder, makeNodes, random } from "./testing/account-nodes.ts";
import { readState } from "./testing/state-readers.ts";

const COMMANDS = ["import", "copy", "push"] as const;
const STRATEGIES = ["replace", "merge", "append", "timestamp", "three-way"] as const;
const RULES = ["manual", "source", "target"] as const;

let a: TestDatabase;
let b: TestDatabase;
let base: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  ({ a, b } = await makeNodes("dry_run"));
  const definitions = await makeNodes("dry_run_base");
  base = definitions.a;
  await definitions.b.drop();
});
afterAll(() => Promise.all([a.drop(), b.drop(), base.drop()]));
beforeEach(async () => {
  folder = await makeAccountsFolder();
  return () => folder.remove();
});

const run = (...args: readonly string[]) =>
  folder.run(args, { ACCOUNTS_NODE_A: a.url, ACCOUNTS_NODE_B: b.url });

/** How the rows of the source get into the target, once they are where the command takes them from. */
async function prepare(command: (typeof COMMANDS)[number], each: number): Promise<readonly string[]> {
  if (command === "copy") return ["copy", "node-a:public:*", "node-b:public:*", "--strategy"];
  const name = command === "push" ? `./rows${each}` : `rows${each}.ndjson`;
  const made =
    command === "push"
      ? await run("pull", "node-a:public:*", name)
      : await run("export", "node-a:public:*", "--dataset", "accounts", "--output", name);
  expect(made, made.stderr).toMatchObject({ code: 0 });
  return [command, name, "node-b:public:*", command === "push" ? "--strategy" : "--merge-strategy"];
}

/** What a run counts; without what only a real run has. */
function countsOf({ code, stdout, stderr }: RunResult): string {
  if (stdout === "") return `${code} ${/^error: .*/m.exec(stderr)?.[0] ?? stderr}`;
  const { outcome, ledger_id, notes, receipt, ...counts } = JSON.parse(stdout) as Record<string, unknown>;
  return JSON.stringify({ code, ...counts });
}

it("a dry run counts what the real run does, and writes nothing", async () => {
  const cases = Math.max(scaled(60), COMMANDS.length * 2);
  const failures: string[] = [];
  const seen = new Map<string, number>();
  for (let each = 0; each < cases; each += 1) {
    const draw = random(`dry run ${each}`);
    for (const node of [a, b, base]) await fill(node, draw);
    const command = COMMANDS[each % COMMANDS.length] ?? "import";
    const strategy = STRATEGIES[each % STRATEGIES.length] ?? "replace";
    const args = [...(await prepare(command, each)), strategy];
    const rule = RULES[Math.floor(draw() * RULES.length)] ?? "manual";
    const ancestor = strategy === "three-way" ? ["--base", `${base.url}#public:*`] : [];
    const all = [...args, ...ancestor, "--on-conflict", rule, "--json", "--yes"];
    const before = await readState(b);
    const dry = await run(...all, "--dry-run");
    const unchanged = await readState(b);
    const real = await run(...all);
    const name = `${command} ${strategy}`;
    const outcome = `exit ${real.code}`;
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    if (JSON.stringify(unchanged) !== JSON.stringify(before)) failures.push(`${each} ${name}: wrote`);
    if (countsOf(dry) !== countsOf(real))
      failures.push(`${each} ${name} ${rule}:\n${countsOf(dry)}\n${countsOf(real)}`);
    if (![0, 6].includes(real.code ?? -1)) failures.push(`${each} ${name} ${rule}: ${real.stderr}`);
  }
  recordGuarantee({
    id: "MOV3",
    claim: "A dry run counts what the real run does, and writes nothing",
    figure: `${cases} imports, copies and pushes, every strategy`,
    failures: failures.length,
    details: [...seen].map(([outcome, count]) => `${outcome}: ${count}`).join(", "),
  });
  expect(failures).toEqual([]);
});
