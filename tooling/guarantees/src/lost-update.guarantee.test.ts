import { startFaultProxyFor } from "@syncline/tooling-faults";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Competitor, type CompetitorTransaction, randomTransaction } from "./account-competitor.ts";
import { hasDiverged, judge, judgeQuiet, type Observation } from "./account-oracle.ts";
import { type Fingerprints, randomOperations, toPatch } from "./account-patch.ts";
import { ACCOUNTS_SCHEMA, type AccountsState, readAccounts, readChanges, resetAccounts } from "./accounts.ts";
import { type Application, applyInProcess, readFingerprints } from "./applier.fixture.ts";
import { Random } from "./random.ts";
import { runCases } from "./run-cases.ts";

const LANES = 3;
const SALT = 12_000;
/** Query and Parse. */
const STATEMENT_TYPES = new Set(["Q", "P"]);
/** Errors that say that somebody else was faster; nothing is written then. */
const REFUSALS = new Set(["patch.constraint_violated", "target.locked", "patch.precondition_failed"]);

let databases: TestDatabase[];
let fingerprints: Fingerprints;
/** What an apply of this size sends. */
let statements = 0;

beforeAll(async () => {
  const template = await createTestDatabase("accounts");
  await template.query(ACCOUNTS_SCHEMA);
  await template.query(`ALTER DATABASE "${template.name}" SET deadlock_timeout = '100ms'`);
  fingerprints = await readFingerprints(template.url);
  const rest = [1, 2].map(() => createTestDatabase("accounts", { template: template.name }));
  databases = [template, ...(await Promise.all(rest))];
  for (const { query, name } of databases)
    await query(`ALTER DATABASE "${name}" SET deadlock_timeout = '100ms'`);
  statements = await countStatements(template);
});

async function countStatements(database: TestDatabase): Promise<number> {
  await resetAccounts(database);
  const operations = randomOperations(Random.ofCase(1, 1), await readAccounts(database));
  let count = 0;
  const quiet = { strategy: "manual", operations, transactions: [] } as const;
  await interleave(database, "set-up", quiet);
  await resetAccounts(database);
  await interleave(database, "measured", quiet, (at) => {
    count = at;
  });
  return count;
}

afterAll(async () => {
  for (const database of databases) await database.drop();
});

interface Interleaving {
  readonly strategy: Observation["strategy"];
  readonly operations: Observation["operations"];
  readonly transactions: readonly CompetitorTransaction[];
}

function randomInterleaving(random: Random, initial: AccountsState): Interleaving {
  const operations = randomOperations(random, initial);
  const count = random.pick([0, 1, 1, 1, 1, 2, 2, 3]);
  const transactions = Array.from({ length: count }, () => randomTransaction(random, operations, statements));
  const strategy = random.pick(["manual", "manual", "manual", "manual", "ours", "theirs"] as const);
  return { strategy, operations, transactions };
}

async function interleave(
  database: TestDatabase,
  name: string,
  { strategy, operations, transactions }: Interleaving,
  onStatement: (number: number) => void = () => {},
): Promise<Application> {
  const competitors = await Promise.all(
    transactions.map((transaction) => Competitor.open(database.url, transaction)),
  );
  for (const [at, competitor] of competitors.entries()) {
    if (transactions[at]?.moment.kind === "before") await competitor.finish();
  }
  let statement = 0;
  const proxy = await startFaultProxyFor(database.url, {
    holdMessage: ({ type }) => {
      if (!STATEMENT_TYPES.has(type)) return undefined;
      statement += 1;
      onStatement(statement);
      const holds = competitors
        .map((each) => each.onStatement(statement))
        .filter((hold) => hold !== undefined);
      return holds.length === 0 ? undefined : Promise.all(holds).then(() => {});
    },
  });
  try {
    for (const competitor of competitors) competitor.startFree();
    return await applyInProcess(proxy.url(database.url), toPatch(name, operations, fingerprints), {
      strategy,
    });
  } finally {
    for (const competitor of competitors) await competitor.finish();
    for (const competitor of competitors) await competitor.close();
    await proxy.close();
  }
}

it("overwrites nothing that changed meanwhile", async () => {
  const labels = new Map<string, number>();
  const free = [...databases];
  let diverged = 0;
  const failures = await runCases({
    guarantee: "G12",
    count: scaled(1_000),
    lanes: LANES,
    run: async (index) => {
      const database = free.pop();
      if (database === undefined) throw new Error("more lanes than databases");
      try {
        await resetAccounts(database);
        const initial = await readAccounts(database);
        const interleaving = randomInterleaving(Random.ofCase(seed + SALT, index), initial);
        const { said, reported } = await interleave(database, `case-${index}`, interleaving);
        const label = "outcome" in said ? said.outcome : said.errorCode;
        labels.set(label, (labels.get(label) ?? 0) + 1);
        const [final, changes] = [await readAccounts(database), await readChanges(database)];
        const seen = { ...interleaving, initial, final, changes, said, reported };
        const problems = [...judge(seen), ...(isQuiet(interleaving) ? judgeQuiet(seen) : [])];
        if (hasDiverged(seen)) diverged += 1;
        if ("errorCode" in said && !REFUSALS.has(said.errorCode))
          problems.push(`${said.errorCode}: ${said.message}`);
        return problems.length === 0
          ? []
          : [...problems, JSON.stringify({ label, ...printable(interleaving) })];
      } finally {
        free.push(database);
      }
    },
  });
  const outcomes = [...labels].map(([label, times]) => `${label}: ${times}`).join(", ");
  const details = `${diverged} with rows of the patch changed by others; ${outcomes}`;
  recordGuarantee({
    id: "G12",
    claim: "no lost update when the target changed",
    figure: `${scaled(1_000)} interleavings with a competing writer`,
    failures: failures.length,
    details,
  });
  process.stderr.write(`G12 ${details}\n`);
  expect(failures.slice(0, 3)).toEqual([]);
});

/** Nobody wrote while the applier did. */
function isQuiet({ strategy, transactions }: Interleaving): boolean {
  return strategy === "manual" && transactions.every(({ moment }) => moment.kind === "before");
}

function printable({ strategy, operations, transactions }: Interleaving): object {
  const plain = operations.map((operation) => ({
    ...operation,
    key: Object.fromEntries(operation.key),
    ...("old" in operation ? { old: Object.fromEntries(operation.old) } : {}),
    ...("new" in operation ? { new: Object.fromEntries(operation.new) } : {}),
  }));
  return { strategy, transactions, operations: plain };
}
