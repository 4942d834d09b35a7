import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { getPatch, listUnits, type Run } from "@syncline/control-plane";
import { openPatch } from "@syncline/core";
import { openDiskObjectStore } from "@syncline/snapshot-store/objects";
import { createSha256 } from "../../files/index.ts";
import { openResultStore } from "../../results/index.ts";
import { openServiceWorld, type ServiceWorld } from "./service-world.ts";
import type { SliceReplicaInput } from "./slice-replica.fixture.ts";

const FIXTURE = fileURLToPath(new URL("./slice-replica.fixture.ts", import.meta.url));
export const ROWS = 30_000;

/** Two sides that differ in known rows, and tables for copies that only the source has rows of. */
export async function openSliceWorld(label: string): Promise<ServiceWorld> {
  const world = await openServiceWorld(label);
  for (const database of [world.source, world.target])
    await database.query(`CREATE TABLE big (id int PRIMARY KEY, n int NOT NULL, note text);
      CREATE TABLE fresh (id int PRIMARY KEY, n int UNIQUE, note text);
      CREATE TABLE fresh_child (id int PRIMARY KEY, fresh int NOT NULL REFERENCES fresh);
      CREATE INDEX fresh_note ON fresh (note);
      INSERT INTO big SELECT g, g, repeat('x', 40) FROM generate_series(1, ${ROWS}) g; ANALYZE big`);
  await world.source.query(`INSERT INTO fresh SELECT g, g, repeat('y', 400) || g FROM generate_series(1, ${ROWS}) g;
    INSERT INTO fresh_child SELECT g, g FROM generate_series(1, 500) g; ANALYZE`);
  await world.target.query("UPDATE big SET n = -n WHERE id % 500 = 0; DELETE FROM big WHERE id % 777 = 0");
  await world.source.query("DELETE FROM big WHERE id % 999 = 1");
  return world;
}

/** Operations that the edits amount to, in order. */
export function expectedOperations(): string[] {
  return Array.from({ length: ROWS }, (_, at) => at + 1).flatMap((id) => {
    if (id % 999 === 1) return id % 777 === 0 ? [] : [`delete ${id}`];
    if (id % 777 === 0) return [`insert ${id}`];
    return id % 500 === 0 ? [`update ${id}`] : [];
  });
}

/** The patch of a run, as `expectedOperations` has it. */
export async function foundOperations(world: ServiceWorld, run: Run): Promise<string[]> {
  const { folder } = world.replica("reader");
  const objectStore = await openDiskObjectStore({ folder: join(folder, "objects") });
  const results = await openResultStore({ objectStore, cacheFolder: join(folder, "cache-reader") });
  const { objectKey } = await getPatch(world.cp, world.call.scope, { patchId: run.summary?.patchId ?? "" });
  const patch = await openPatch(results.patchSource(objectKey), { createDigest: createSha256 });
  const all: string[] = [];
  for await (const batch of patch.operations())
    for (const { op, key } of batch) all.push(`${op} ${key.get("id")}`);
  await results.close();
  return all;
}

export async function unitsOf(world: ServiceWorld, run: Pick<Run, "id">) {
  return (await listUnits(world.cp, world.call.scope, { runId: run.id, limit: 500 })).items;
}

const TARGET = `SELECT (SELECT count(*) FROM fresh) || ' ' || (SELECT count(DISTINCT id) FROM fresh) || ' ' || coalesce((SELECT sum(n) FROM fresh), 0)
  || ' ' || (SELECT count(*) FROM fresh_child) || ' ' || (SELECT string_agg(indexdef, ';' ORDER BY indexdef) FROM pg_indexes WHERE tablename LIKE 'fresh%')
  || ' ' || (SELECT string_agg(pg_get_constraintdef(oid), ';' ORDER BY conname) FROM pg_constraint WHERE conrelid IN ('fresh'::regclass, 'fresh_child'::regclass))
  AS state`;

/** Rows and definitions of the copy's tables on one side, as one text. */
export async function copyState(database: ServiceWorld["target"]): Promise<string> {
  return (await database.query<{ state: string }>(TARGET))[0]?.state ?? "";
}

/** A replica in a process of its own. */
export class ReplicaProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<unknown>;
  log = "";

  constructor(input: SliceReplicaInput) {
    this.#child = spawn(process.execPath, [FIXTURE, JSON.stringify(input)], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.ended = once(this.#child, "exit");
    this.#child.stderr?.on("data", (bytes: Buffer) => {
      this.log += bytes.toString();
    });
  }

  get killed(): boolean {
    return this.#child.signalCode === "SIGKILL";
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.ended;
  }
}
