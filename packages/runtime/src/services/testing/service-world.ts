import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Call,
  type ControlPlane,
  createRun,
  FINAL_STATES,
  getRun,
  MasterKey,
  openControlPlane,
  type Run,
} from "@syncline/control-plane";
import { type JobInput, jobSchema } from "@syncline/jobs";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { firstUnitOf } from "../worker/first-unit.ts";
import type { ReplicaInput } from "./replica.ts";

/** A control database, two databases of customers, and what replicas need to know of them. */
export interface ServiceWorld {
  readonly cp: ControlPlane;
  readonly call: Call;
  readonly control: TestDatabase;
  readonly source: TestDatabase;
  readonly target: TestDatabase;
  replica(name: string, more?: Partial<ReplicaInput>): ReplicaInput;
  /** Creates a run; `job` without a name. */
  start(job: Record<string, unknown>): Promise<Run>;
  /** Waits for a state; final ones when none is given. */
  until(runId: string, states?: readonly Run["state"][], timeoutMs?: number): Promise<Run>;
  close(): Promise<void>;
}

/** `given`: a control database of the caller's, which is dropped all the same. */
export async function openServiceWorld(label: string, given?: TestDatabase): Promise<ServiceWorld> {
  const [source, target, control = given] = await Promise.all(
    ["source", "target", ...(given === undefined ? ["control"] : [])].map((role) =>
      createTestDatabase(`${label}_${role}`),
    ),
  );
  if (control === undefined || source === undefined || target === undefined) throw new Error("no databases");
  const folder = await mkdtemp(join(tmpdir(), "syncline-service-"));
  await writeFile(
    join(folder, "syncline.yaml"),
    JSON.stringify({ version: 1, servers: { src: { url: source.url }, dst: { url: target.url } } }),
  );
  const masterKey = randomBytes(32);
  const cp = await openControlPlane({
    url: control.url,
    masterKey: new MasterKey(masterKey),
    applicationName: "syncline-test",
    maxConnections: 4,
  });
  const call = { scope: cp.defaultScope, actor: "tester", requestId: "req" };
  return {
    cp,
    call,
    control,
    source,
    target,
    replica: (name, more = {}) => ({
      controlUrl: control.url,
      masterKey: masterKey.toString("base64"),
      folder,
      name,
      ...more,
    }),
    start: (job) => {
      const definition = jobSchema.parse({ name: "test-job", ...job } as JobInput);
      return createRun(cp, call, { definition, trigger: "manual", firstUnit: firstUnitOf(definition) });
    },
    until: (runId, states, timeoutMs) => until(cp, call, { runId, states, timeoutMs }),
    async close() {
      await cp.close();
      await Promise.all([control, source, target].map((database) => database.drop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function until(
  cp: ControlPlane,
  call: Call,
  {
    runId,
    states = [...FINAL_STATES],
    timeoutMs = 120_000,
  }: { runId: string; states?: readonly Run["state"][] | undefined; timeoutMs?: number | undefined },
): Promise<Run> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const run = await getRun(cp, call.scope, { runId }).catch(() => null);
    if (run !== null && states.includes(run.state)) return run;
    if (Date.now() > giveUpAt)
      throw new Error(`run is ${run?.state} after ${timeoutMs} ms, expected ${states.join(" or ")}`);
    await sleep(50);
  }
}
