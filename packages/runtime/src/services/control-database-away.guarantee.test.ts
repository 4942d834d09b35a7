import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@syncline/runtime/embedded-postgres";
import type { TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scale } from "@syncline/tooling-vitest";
import pg from "pg";
import { expect, it } from "vitest";
import { ReplicaProcess } from "./testing/replica-process.ts";
import { openServiceWorld, type ServiceWorld } from "./testing/service-world.ts";

/** Longer than a worker waits before it gives its unit up, in any case. */
const AWAY_MS = scale === 1 ? 30_000 : 11_000;
const MODES = scale === 1 ? (["stands still", "stops"] as const) : (["stops"] as const);
const TABLES = ["committed", "given_up", "later"] as const;

/** A control database on a server of its own, which can go away. */
class ControlServer {
  readonly #folder = mkdtempSync(join(tmpdir(), "syncline-control-"));
  #server: EmbeddedPostgres | null = null;

  async start(): Promise<void> {
    execFileSync("chmod", ["755", this.#folder]);
    const port = this.#server?.port;
    this.#server = await startEmbeddedPostgres({
      dataDir: join(this.#folder, "data"),
      ...(port === undefined ? {} : { port }),
    });
  }

  get server(): EmbeddedPostgres {
    if (this.#server === null) throw new Error("not started");
    return this.#server;
  }

  database(): TestDatabase {
    return {
      name: "postgres",
      url: this.server.url("postgres"),
      query: async (text: string) => {
        const client = new pg.Client({ connectionString: this.server.url("postgres") });
        await client.connect();
        try {
          return (await client.query(text)).rows;
        } finally {
          await client.end();
        }
      },
      drop: async () => {
        await this.server.stop("immediate");
        rmSync(this.#folder, { recursive: true, force: true });
      },
    } as TestDatabase;
  }

  async leave(mode: (typeof MODES)[number]): Promise<void> {
    if (mode === "stops") await this.server.stop("immediate");
    else for (const pid of this.#processes()) process.kill(pid, "SIGSTOP");
  }

  async comeBack(mode: (typeof MODES)[number]): Promise<void> {
    if (mode === "stops") await this.start();
    else for (const pid of this.#processes()) process.kill(pid, "SIGCONT");
  }

  #processes(): number[] {
    const { pid } = this.server;
    const rows = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
    const all = rows.map((row) => row.trim().split(/\s+/).map(Number));
    return [pid, ...all.flatMap(([child = 0, parent]) => (parent === pid ? [child] : []))];
  }
}

async function prepare({ source, target }: ServiceWorld): Promise<void> {
  for (const table of TABLES)
    for (const database of [source, target])
      await database.query(`CREATE TABLE ${table} (id int PRIMARY KEY, n int);
        INSERT INTO ${table} SELECT g, ${database === source ? "g" : "0"} FROM generate_series(1, 200) g`);
}

async function block(url: string, table: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`);
  return client;
}

it.each(MODES)(
  "a control database that %s in the middle of runs: nothing is lost, nothing is done twice",
  {
    timeout: 300_000,
  },
  async (mode) => {
    const control = new ControlServer();
    await control.start();
    const world = await openServiceWorld("away", control.database());
    const replicas = ["one", "two"].map((name) => new ReplicaProcess(world.replica(name)));
    const blockers: pg.Client[] = [];
    try {
      await prepare(world);
      while ((await world.control.query("SELECT id FROM syncline_control.workers")).length < replicas.length)
        await sleep(200);
      const copy = (table: string) => ({
        kind: "copy",
        slices: 1,
        source: `src:public:${table}`,
        target: `dst:public:${table}`,
        lockTimeout: "120s",
        retry: { first: "1s" },
      });
      const problems: string[] = [];
      // One target: the first holds it; its rows are committed while nobody can be told.
      blockers.push(await block(world.target.url, "committed"));
      const first = await world.start(copy("committed"));
      await world.until(first.id, ["running"]);
      const others = [await world.start(copy("given_up")), await world.start(copy("later"))];
      const compared = await Promise.all(
        TABLES.map((table) =>
          world.start({ kind: "diff", source: `src:public:${table}`, target: `dst:public:${table}` }),
        ),
      );
      await sleep(500);
      await control.leave(mode);
      const leftAt = Date.now();
      await sleep(2_000);
      await blockers.shift()?.end();
      blockers.push(await block(world.target.url, "given_up"));
      await sleep(AWAY_MS - (Date.now() - leftAt));
      await control.comeBack(mode);
      const backAt = Date.now();
      await sleep(1_000);
      await blockers.shift()?.end();
      for (const { id } of [first, ...others, ...compared]) {
        const { state, error } = await world.until(id, undefined, 90_000);
        if (state !== "succeeded") problems.push(`${id}: ${state} ${error?.code}`);
      }
      const seconds = ((Date.now() - backAt) / 1_000).toFixed(1);
      for (const table of TABLES) {
        const rows = `SELECT id, n FROM ${table} ORDER BY id`;
        if (JSON.stringify(await world.target.query(rows)) !== JSON.stringify(await world.source.query(rows)))
          problems.push(`rows of ${table}`);
      }
      const units = await world.control.query<{ id: string }>(
        "SELECT u.id FROM syncline_control.work_units u JOIN syncline_control.runs r ON r.id = u.run_id WHERE r.kind = 'copy' ORDER BY 1",
      );
      const ledger = await world.target.query<{ id: string }>("SELECT id FROM syncline.ledger ORDER BY id");
      if (JSON.stringify(ledger) !== JSON.stringify(units))
        problems.push(`${ledger.length} entries, ${units.length} units`);
      const patches = await world.control.query("SELECT id FROM syncline_control.patches");
      if (patches.length !== compared.length) problems.push(`${patches.length} patches`);
      recordGuarantee({
        id: "RUN-SPEC",
        claim:
          "a control database that goes away in the middle of runs and comes back: nothing lost, nothing twice",
        figure: `${AWAY_MS / 1_000} s, the server ${mode}`,
        failures: problems.length,
        details: `all runs at their end ${seconds} s after it came back`,
      });
      expect(problems).toEqual([]);
    } catch (error) {
      console.log(replicas.flatMap(({ lines }) => lines).join("\n"));
      throw error;
    } finally {
      await Promise.all(blockers.map((client) => client.end()));
      await Promise.all(replicas.map((replica) => replica.kill()));
      await world.close();
    }
  },
);
