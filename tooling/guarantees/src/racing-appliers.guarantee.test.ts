import { setTimeout as sleep } from "node:timers/promises";
import type { PatchOperation } from "@syncline/core";
import { startFaultProxyFor } from "@syncline/tooling-faults";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applyModel, type ModelOutcome, permutations, stateText } from "./account-model.ts";
import { findInterleaved } from "./account-oracle.ts";
import { type Fingerprints, randomOperations, toPatch } from "./account-patch.ts";
import {
  ACCOUNTS_SCHEMA,
  type AccountsState,
  APPLIER,
  readAccounts,
  readChanges,
  resetAccounts,
} from "./accounts.ts";
import { type Application, applyInProcess, readFingerprints } from "./applier.fixture.ts";
import { Random } from "./random.ts";
import { runCases } from "./run-cases.ts";

const APPLIERS = 4;
const SALT = 13_000;
const CLAIM = "two appliers cannot interleave";

let virgin: TestDatabase;
let fingerprints: Fingerprints;
let initial: AccountsState;

beforeAll(async () => {
  virgin = await createTestDatabase("virgin");
  await virgin.query(ACCOUNTS_SCHEMA);
  await resetAccounts(virgin);
  initial = await readAccounts(virgin);
  fingerprints = await readFingerprints(virgin.url);
});
afterAll(() => virgin.drop());

interface Round {
  readonly index: number;
  readonly random: Random;
  readonly target: TestDatabase;
}

/** Each round on a clone that never saw a patch, so that each is a race for the first schema `syncline` too. */
function playRounds(
  what: string,
  salt: number,
  play: (round: Round) => Promise<string[]>,
): Promise<string[]> {
  const count = scaled(100);
  return runCases({
    guarantee: `G13 ${what}`,
    count,
    lanes: 2,
    run: async (index) => {
      const target = await createTestDatabase("race", { template: virgin.name });
      try {
        return await play({ index, random: Random.ofCase(seed + SALT + salt, index), target });
      } finally {
        await target.drop();
      }
    },
  }).then((failures) => {
    const figure = `${APPLIERS} appliers × ${count} rounds, ${what}`;
    recordGuarantee({ id: "G13", claim: CLAIM, figure, failures: failures.length });
    return failures;
  });
}

const wordOf = ({ said }: Application) => ("outcome" in said ? said.outcome : said.errorCode);

function readPositions(target: TestDatabase): Promise<{ patch_id: string }[]> {
  return target.query("SELECT patch_id FROM syncline.ledger ORDER BY position");
}

it("applies one patch once, whoever is first", async () => {
  const play = async ({ index, random, target }: Round) => {
    const operations = randomOperations(random, initial);
    const patch = toPatch(`same-${index}`, operations, fingerprints);
    const all = await Promise.all(Array.from({ length: APPLIERS }, () => applyInProcess(target.url, patch)));
    const words = all.map(wordOf).sort();
    const problems: string[] = [];
    if (words.filter((word) => word === "applied").length !== 1)
      problems.push(`outcomes: ${words.join(", ")}`);
    const rest = words.filter((word) => !["applied", "already-applied", "target.locked"].includes(word));
    if (rest.length > 0) problems.push(`unexpected: ${rest.join(", ")}`);
    const ledger = await readPositions(target);
    if (ledger.length !== 1) problems.push(`${ledger.length} ledger entries`);
    const { state, outcome } = applyModel(initial, operations);
    if (outcome !== "applied") problems.push(`the model says ${outcome}`);
    if (stateText(await readAccounts(target)) !== stateText(state))
      problems.push("rows are not those of the patch");
    const changes = await readChanges(target);
    if (findInterleaved(changes).length > 0) problems.push("appliers wrote in turns");
    const written = changes.filter(({ writer }) => writer === APPLIER);
    const expected = operations.reduce((sum, each) => sum + (each.op === "update" ? 1 : each.count), 0);
    const parks = operations.filter((each) => each.op === "update" && each.new.has("u")).length;
    if (written.length < expected || written.length > expected + parks)
      problems.push(`${written.length} rows written instead of ${expected}`);
    return problems;
  };
  expect((await playRounds("the same patch", 1, play)).slice(0, 3)).toEqual([]);
});

it("serialises patches that overlap", async () => {
  const play = async ({ index, random, target }: Round) => {
    const patches = Array.from({ length: APPLIERS }, () => randomOperations(random, initial));
    const all = await Promise.all(
      patches.map((operations, at) =>
        applyInProcess(target.url, toPatch(`round-${index}-${at}`, operations, fingerprints)),
      ),
    );
    const words = all.map(wordOf);
    const final = stateText(await readAccounts(target));
    const ledger = (await readPositions(target)).map(({ patch_id }) => Number(patch_id.split("-").at(-1)));
    const problems = isSerial({ patches, words, ledger, final })
      ? []
      : [`no serial order explains ${words.join(", ")}`];
    if (findInterleaved(await readChanges(target)).length > 0) problems.push("appliers wrote in turns");
    return problems;
  };
  expect((await playRounds("overlapping patches", 2, play)).slice(0, 3)).toEqual([]);
});

interface Outcome {
  readonly patches: readonly (readonly PatchOperation[])[];
  readonly words: readonly string[];
  /** Appliers in the ledger's order. */
  readonly ledger: readonly number[];
  readonly final: string;
}

const WORDS: Readonly<Record<ModelOutcome, string>> = {
  applied: "applied",
  "already-applied": "already-applied",
  conflicts: "conflicts",
  constraint: "patch.constraint_violated",
};

/** Whether the appliers one after the other, in some order, say and leave the same. */
function isSerial({ patches, words, ledger, final }: Outcome): boolean {
  const active = patches.map((_, at) => at).filter((at) => words[at] !== "target.locked");
  for (const order of permutations(active)) {
    let state = initial;
    const applied: number[] = [];
    const agrees = order.every((at) => {
      const next = applyModel(state, patches[at] ?? []);
      state = next.state;
      if (next.outcome === "applied") applied.push(at);
      return WORDS[next.outcome] === words[at];
    });
    if (agrees && stateText(state) === final && String(applied) === String(ledger)) return true;
  }
  return false;
}

it("refuses a fencing token that is lower than the remembered one", async () => {
  const play = async ({ index, random, target }: Round) => {
    const tokens = random.shuffle([1n, 2n, 3n, 4n]);
    const patches = Array.from({ length: APPLIERS }, () => randomOperations(random, initial));
    const all = await Promise.all(
      patches.map((operations, at) =>
        applyInProcess(target.url, toPatch(`token-${tokens[at]}-${index}`, operations, fingerprints), {
          strategy: "theirs",
          fence: { domain: "racing", token: tokens[at] ?? 0n },
        }),
      ),
    );
    const problems: string[] = [];
    const written = (await readPositions(target)).map(({ patch_id }) => Number(patch_id.split("-")[1]));
    if (String(written) !== String([...written].sort()))
      problems.push(`tokens wrote in the order ${written.join(", ")}`);
    const highest = all[tokens.indexOf(4n)];
    if (highest !== undefined && wordOf(highest) === "target.locked")
      problems.push("the highest token was refused");
    const late = await applyInProcess(
      target.url,
      toPatch(`late-${index}`, randomOperations(random, initial), fingerprints),
      {
        strategy: "theirs",
        fence: { domain: "racing", token: 3n },
      },
    );
    const isRemembered = highest !== undefined && wordOf(highest) === "applied";
    if (isRemembered && wordOf(late) !== "target.locked") problems.push(`token 3 after 4: ${wordOf(late)}`);
    if (isRemembered && (await readPositions(target)).length !== written.length)
      problems.push("the late applier left an entry");
    return problems;
  };
  expect((await playRounds("fencing tokens", 3, play)).slice(0, 3)).toEqual([]);
});

it("keeps others out while an applier is paused, for no longer than their lock timeout", async () => {
  const target = await createTestDatabase("paused", { template: virgin.name });
  const random = Random.ofCase(seed + SALT, 0);
  const release = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const proxy = await startFaultProxyFor(target.url, {
    holdMessage: (message) => {
      if (message.type !== "Q" || !message.body.toString().startsWith("COMMIT")) return undefined;
      return target.query("SELECT FROM syncline.ledger LIMIT 0").then(
        () => {
          reached.resolve();
          return release.promise;
        },
        () => {}, // the COMMIT of the first set-up
      );
    },
  });
  try {
    const operations = randomOperations(random, initial);
    const paused = applyInProcess(proxy.url(target.url), toPatch("paused", operations, fingerprints));
    await reached.promise;
    const started = performance.now();
    const second = applyInProcess(target.url, toPatch("second", operations, fingerprints), {
      lockTimeoutMs: 200,
    });
    expect(await second.then(wordOf)).toBe("target.locked");
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(stateText(await readAccounts(target))).toBe(stateText(initial));
    release.resolve();
    expect(await paused.then(wordOf)).toBe("applied");
    await sleep(0);
    const third = applyInProcess(target.url, toPatch("third", operations, fingerprints), {
      lockTimeoutMs: 200,
    });
    expect(await third.then(wordOf)).toBe("already-applied");
  } finally {
    release.resolve();
    await proxy.close();
    await target.drop();
  }
});
