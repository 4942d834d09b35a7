import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  type Call,
  type ControlPlane,
  createJob,
  createRun,
  getRun,
  type Job,
  listUnits,
  MasterKey,
  openControlPlane,
  type Run,
  registerWorker,
  sweep,
  updateJob,
} from "@syncline/control-plane";
import { type JobInput, jobSchema } from "@syncline/jobs";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import type { KillPoint } from "../../../services/kill-points.ts";
import { doCycle } from "./do-cycle.ts";

const CHILD = fileURLToPath(new URL("./cycle-child.fixture.ts", import.meta.url));

/** Whether the cycle came to its end, and what became of its run by then. */
export interface Cycled {
  readonly killed: boolean;
  readonly answer: string;
  readonly run: Run;
}

export type Kill = { readonly at: KillPoint } | { readonly afterMs: number };

/** Two places, a control database and jobs between them; cycles in this process or in one that is killed. */
export class BiSyncWorld {
  readonly cp: ControlPlane;
  readonly call: Call;
  readonly control: TestDatabase;
  readonly places: ReadonlyMap<string, TestDatabase>;
  readonly #folder: string;
  readonly #masterKey: Buffer;
  readonly #workerId: string;
  #child: { readonly process: ChildProcess; readonly lines: AsyncIterator<string> } | null = null;

  private constructor(parts: {
    cp: ControlPlane;
    control: TestDatabase;
    places: ReadonlyMap<string, TestDatabase>;
    folder: string;
    masterKey: Buffer;
    workerId: string;
  }) {
    this.cp = parts.cp;
    this.call = { scope: parts.cp.defaultScope, actor: "tester", requestId: "req" };
    this.control = parts.control;
    this.places = parts.places;
    this.#folder = parts.folder;
    this.#masterKey = parts.masterKey;
    this.#workerId = parts.workerId;
  }

  static async open(label: string, names: readonly string[] = ["src", "dst"]): Promise<BiSyncWorld> {
    const control = await createTestDatabase(`${label}_control`);
    const places = new Map<string, TestDatabase>();
    for (const name of names) places.set(name, await createTestDatabase(`${label}_${name}`));
    const folder = await mkdtemp(join(tmpdir(), "syncline-bi-sync-"));
    const servers = Object.fromEntries([...places].map(([name, { url }]) => [name, { url }]));
    await writeFile(join(folder, "syncline.yaml"), JSON.stringify({ version: 1, servers }));
    const masterKey = randomBytes(32);
    const cp = await openControlPlane({
      url: control.url,
      masterKey: new MasterKey(masterKey),
      applicationName: "syncline-test",
      maxConnections: 2,
    });
    const { id: workerId } = await registerWorker(cp, { name: "worker", version: "0" });
    return new BiSyncWorld({ cp, control, places, folder, masterKey, workerId });
  }

  place(name: string): TestDatabase {
    const found = this.places.get(name);
    if (found === undefined) throw new Error(`no place ${name}`);
    return found;
  }

  job(definition: Partial<JobInput> = {}): Promise<Job> {
    return createJob(this.cp, this.call, { definition: this.#definition(definition) });
  }

  async change(job: Job, definition: Partial<JobInput>): Promise<Job> {
    const next = this.#definition({ ...(job.definition as JobInput), ...definition } as Partial<JobInput>);
    return updateJob(this.cp, this.call, { jobId: job.id, definition: next });
  }

  #definition(definition: Partial<JobInput>) {
    return jobSchema.parse({
      kind: "bi-sync",
      name: "pair",
      source: "src:public:*",
      target: "dst:public:*",
      ...definition,
    });
  }

  /** A run of the job, in this process. */
  async cycle(job: Job): Promise<Cycled> {
    const { run, unitId } = await this.#start(job);
    const { cp, control } = this;
    const answer = await doCycle({
      cp,
      databaseUrl: control.url,
      folder: this.#folder,
      unitId,
      workerId: this.#workerId,
    });
    return { killed: false, answer, run: await this.#run(run.id) };
  }

  /** A run of the job in a process that is killed; `again` goes on with it. */
  async killedCycle(job: Job, kill: Kill): Promise<Cycled & { readonly unitId: string }> {
    const { run, unitId } = await this.#start(job);
    const { killed, answer } = await this.#inChild(unitId, kill);
    return { killed, answer, run: await this.#run(run.id), unitId };
  }

  /** What another worker does after the lease of the dead one. */
  async again({ run, unitId }: { readonly run: Run; readonly unitId: string }): Promise<Cycled> {
    await this.control.query(
      "UPDATE syncline_control.work_units SET lease_until = now() - interval '1 s' WHERE id = $1 AND state = 'running'",
      [unitId],
    );
    await sweep(this.cp);
    const now = await this.#run(run.id);
    if (now.finishedAt !== null) return { killed: false, answer: "done", run: now };
    const { cp, control } = this;
    const answer = await doCycle({
      cp,
      databaseUrl: control.url,
      folder: this.#folder,
      unitId,
      workerId: this.#workerId,
    });
    return { killed: false, answer, run: await this.#run(run.id) };
  }

  async close(): Promise<void> {
    this.#child?.process.kill("SIGKILL");
    await this.cp.close();
    await Promise.all([this.control, ...this.places.values()].map((database) => database.drop()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #start(job: Job): Promise<{ readonly run: Run; readonly unitId: string }> {
    const run = await createRun(this.cp, this.call, { jobId: job.id, trigger: "manual" });
    const { items } = await listUnits(this.cp, this.call.scope, { runId: run.id });
    const unitId = items[0]?.id;
    if (unitId === undefined) throw new Error("the run has no unit");
    return { run, unitId };
  }

  #run(runId: string): Promise<Run> {
    return getRun(this.cp, this.call.scope, { runId });
  }

  async #inChild(unitId: string, kill: Kill): Promise<{ readonly killed: boolean; readonly answer: string }> {
    this.#child ??= await this.#spawn();
    const { process: child, lines } = this.#child;
    const dieAtPoint = "at" in kill ? kill.at : null;
    child.stdin?.write(`${JSON.stringify({ unitId, workerId: this.#workerId, dieAtPoint })}\n`);
    const timer = "afterMs" in kill ? setTimeout(() => child.kill("SIGKILL"), kill.afterMs) : undefined;
    const { value, done } = await lines.next();
    clearTimeout(timer);
    if (done !== true) return { killed: false, answer: value };
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    this.#child = null;
    return { killed: true, answer: "killed" };
  }

  async #spawn() {
    const world = {
      controlUrl: this.control.url,
      masterKey: this.#masterKey.toString("base64"),
      folder: this.#folder,
    };
    const child = spawn(process.execPath, [CHILD, JSON.stringify(world)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.value !== "ready") throw new Error(`the child did not start: ${String(first.value)}`);
    return { process: child, lines };
  }
}
