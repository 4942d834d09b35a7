import { join } from "node:path";
import { startFaultProxyFor } from "@syncline/tooling-faults";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { MODEL_SCHEMA, randomEdits } from "./model-application.ts";
import { readFirings, readRows } from "./model-state.ts";
import { Random } from "./random.ts";
import { locator, syncline } from "./syncline-child.ts";
import { type Traffic, TrafficMeter } from "./traffic.ts";

/** A run that changes the target from one state into the other. */
export interface Passage {
  readonly args: readonly string[];
  /** Database to clone as the target; nobody is connected to it. */
  readonly template: string;
  readonly before: string;
  readonly after: string;
  /** Marks of the triggers before it, and after it was done once. */
  readonly firingsBefore: string;
  readonly firings: string;
  /** What a run without faults sent. */
  readonly traffic: Traffic;
}

/** A random patch between two states of the model, applied and undone once without faults. */
export interface ApplyScenario {
  readonly patchFile: string;
  readonly apply: Passage;
  readonly undo: Passage;
  drop(): Promise<void>;
}

export async function makeScenario(seed: number, index: number, folder: string): Promise<ApplyScenario> {
  const label = `scenario_${index}`;
  const before = await createTestDatabase(label);
  await before.query(MODEL_SCHEMA);
  await before.query("TRUNCATE audit.firing");
  const source = await createTestDatabase(`${label}_source`, { template: before.name });
  await source.query(randomEdits(Random.ofCase(seed, 1_000_000 + index)));
  const patchFile = join(folder, `${label}.patch`);
  await mustSucceed(["diff", locator(source.url), locator(before.url), "--output", patchFile]);

  const applied = await createTestDatabase(`${label}_applied`, { template: before.name });
  const apply = await measure(applied, before.name, ["patch", patchFile, "{target}", "--yes", "--json"]);
  if (apply.after !== (await readRows(source)))
    throw new Error(`${label}: the patch does not lead to the source`);
  const undone = await createTestDatabase(`${label}_undone`, { template: applied.name });
  const patchId = await readPatchId(undone);
  const undo = await measure(undone, applied.name, ["undo", patchId, "{target}", "--yes", "--json"]);
  if (undo.after !== apply.before) throw new Error(`${label}: undo does not lead back`);

  return {
    patchFile,
    apply,
    undo,
    drop: async () => {
      for (const database of [before, source, applied, undone]) await database.drop();
    },
  };
}

async function measure(target: TestDatabase, template: string, args: readonly string[]): Promise<Passage> {
  const [before, firingsBefore] = [await readRows(target), await readFirings(target)];
  const meter = new TrafficMeter();
  const proxy = await startFaultProxyFor(target.url, meter.rule);
  try {
    const through = locator(proxy.url(target.url));
    await mustSucceed(args.map((word) => (word === "{target}" ? through : word)));
  } finally {
    await proxy.close();
  }
  const traffic = meter.read(proxy);
  const after = await readRows(target);
  return { args, template, before, after, firingsBefore, firings: await readFirings(target), traffic };
}

async function readPatchId(target: TestDatabase): Promise<string> {
  const [entry] = await target.query<{ patch_id: string }>("SELECT patch_id FROM syncline.ledger");
  if (entry === undefined) throw new Error("the ledger is empty after an apply");
  return entry.patch_id;
}

async function mustSucceed(args: readonly string[]): Promise<void> {
  const run = await syncline(args);
  if (run.code !== 0)
    throw new Error(`syncline ${args.join(" ")} ended with ${run.code}: ${run.stderr}${run.stdout}`);
}

/** Makes each scenario once, when it is first asked for. */
export class Scenarios {
  readonly #seed: number;
  readonly #folder: string;
  readonly #made = new Map<number, Promise<ApplyScenario>>();

  constructor(seed: number, folder: string) {
    this.#seed = seed;
    this.#folder = folder;
  }

  get(index: number): Promise<ApplyScenario> {
    const made = this.#made.get(index) ?? makeScenario(this.#seed, index, this.#folder);
    this.#made.set(index, made);
    return made;
  }

  async drop(): Promise<void> {
    for (const made of this.#made.values()) await (await made).drop();
  }
}
