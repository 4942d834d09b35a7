import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scale } from "@syncline/tooling-vitest";
import { expect, it } from "vitest";
import { buildImage, type Image } from "../image/build-image.ts";
import { prebuilt, whyNoContainers } from "../image/prebuilt.ts";
import { Container } from "../image/run-container.ts";
import { hasNginx, NAME, startNginx } from "../nginx/run-nginx.ts";
import { ROOT } from "../root.ts";
import { freePorts } from "../server-process.ts";
import { buildRevision } from "./previous-build.ts";
import { ServiceLoad } from "./service-load.ts";

/** What is upgraded from, and gone back to. */
const PREVIOUS = process.env["SYNCLINE_PREVIOUS"] ?? "HEAD~1";
const TABLES = 120;
const ROWS = 200;
const WAITING = 6;
const USER = 10_001;
const obstacle = whyNoContainers() ?? (hasNginx() ? null : "nginx is not installed");
if (scale >= 1 && obstacle !== null)
  process.stdout.write(`SKIPPED: no rolling upgrade, because ${obstacle}\n`);

/** A login as a service has it: no superuser, with the roles that its administrator made. */
async function serviceLogin(
  database: TestDatabase,
): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const role = `service_${randomBytes(6).toString("hex")}`;
  for (const shared of ["syncline_tenant", "syncline_service"])
    await database.query(
      `DO $$ BEGIN CREATE ROLE ${shared} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
  await database.query(`CREATE ROLE ${role} LOGIN NOSUPERUSER PASSWORD 'plain';
    GRANT CREATE ON DATABASE "${database.name}" TO ${role};
    GRANT syncline_tenant, syncline_service TO ${role}`);
  const url = new URL(database.url);
  url.username = role;
  url.password = "plain";
  return {
    url: url.href,
    drop: async () => {
      await database.query(`DROP OWNED BY ${role} CASCADE`);
      await database.query(`DROP ROLE ${role}`);
    },
  };
}

async function fill(source: TestDatabase, target: TestDatabase): Promise<void> {
  for (const database of [source, target]) {
    const value = database === source ? "g" : "0";
    const tables = Array.from(
      { length: TABLES },
      (_, table) => `CREATE TABLE t${table} (id int PRIMARY KEY, n int);
      INSERT INTO t${table} SELECT g, ${value} FROM generate_series(1, ${ROWS}) g;`,
    );
    await database.query(tables.join("\n"));
  }
}

/** Tables that are closed to their owner, too. */
async function untilForced(control: TestDatabase): Promise<number> {
  for (let tries = 0; tries < 120; tries += 1) {
    const found = await control.query(
      "SELECT FROM pg_class WHERE relnamespace = 'syncline_control'::regnamespace AND relforcerowsecurity",
    );
    if (found.length > 0) return found.length;
    await sleep(500);
  }
  return 0;
}

it.skipIf(scale < 1 || obstacle !== null)(
  "two packed replicas behind nginx are upgraded one after the other and taken back under load",
  { timeout: 900_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "syncline-rolling-"));
    chmodSync(folder, 0o755);
    const made = (name: string): string => {
      const path = join(folder, name);
      mkdirSync(path, { recursive: true });
      chownSync(path, USER, USER);
      return path;
    };
    const [control, source, target] = await Promise.all(
      ["control", "source", "target"].map((label) => createTestDatabase(`rolling_${label}`)),
    );
    if (!control || !source || !target) throw new Error("no databases");
    const login = await serviceLogin(control);
    await fill(source, target);
    made("previous");
    made("current");
    const previous = buildRevision(PREVIOUS, join(folder, "previous"));
    const image = (name: string, built: Readonly<Record<string, string>>) =>
      buildImage({ context: ROOT, folder: join(folder, name), say: () => {}, built });
    const older = await image("previous", previous.built);
    const newer = await image("current", prebuilt(join(folder, "current/built")));
    const config = made("config");
    writeFileSync(
      join(config, "syncline.json"),
      JSON.stringify({
        version: 1,
        servers: { src: { url: source.url }, dst: { url: target.url, protection: "open" } },
      }),
    );
    const [port = 0, plainPort = 0, ...ports] = await freePorts(4);
    const masterKey = randomBytes(32).toString("base64");
    const objects = made("objects");
    const problems: string[] = [];
    const start = async (of: Image, replica: number): Promise<Container> => {
      const state = made(`state-${replica}`);
      made(`state-${replica}/objects`);
      const container = new Container(of, {
        environment: {
          HOME: "/tmp",
          HOST: "127.0.0.1",
          PORT: String(ports[replica]),
          SYNCLINE_DATABASE_URL: login.url,
          SYNCLINE_MASTER_KEY: masterKey,
          SYNCLINE_DRAIN_DELAY: "5s",
          SYNCLINE_REQUESTS_PER_MINUTE: "1000000",
        },
        volumes: [
          { from: state, to: "/var/lib/syncline" },
          { from: objects, to: "/var/lib/syncline/objects" },
          { from: config, to: "/etc/syncline", readOnly: true },
        ],
      });
      await container.found(/listens on (\S+)/, 60_000);
      for (let tries = 0; tries < 600; tries += 1) {
        const answer = await fetch(`http://127.0.0.1:${ports[replica]}/readyz`).catch(() => null);
        if (answer?.ok === true) return container;
        await sleep(100);
      }
      throw new Error(`not ready: ${container.output.slice(-2_000)}`);
    };
    const replicas = [await start(older, 0), await start(older, 1)];
    const key = await Promise.race(replicas.map((each) => each.found(/(slk_[0-9a-f]+_\S+)/)));
    const nginx = await startNginx({
      folder: join(folder, "nginx"),
      replicas: ports.map((each) => `127.0.0.1:${each}`),
      port,
      plainPort,
    });
    const load = new ServiceLoad({ port, certificate: nginx.certificate, name: NAME, key });
    const migrations = async () => (await control.query("SELECT 1 FROM syncline_control.migrations")).length;
    const before = await migrations();
    const ended = async (id: string): Promise<string> => {
      for (const end = Date.now() + 60_000; Date.now() < end; await sleep(200)) {
        const answer = await load.ask("GET", `runs/${id}`);
        const { state = "unknown" } = JSON.parse(answer?.text ?? "{}") as { state?: string };
        if (/succeeded|failed|cancelled|partial|conflicted|dead/.test(state)) return state;
      }
      return "never";
    };
    let copying = true;
    const copies = async () => {
      for (let table = 0; copying && table < TABLES; table += 1) {
        await load.copy(`t${table}`);
        // As many as wait for their target at once, on a slow machine as well.
        const earlier = load.runs.at(-WAITING);
        if (load.runs.length >= WAITING && earlier !== undefined) await ended(earlier);
        await sleep(200);
      }
    };
    const roll = async (to: Image) => {
      for (const index of [0, 1]) {
        replicas[index]?.signal("SIGTERM");
        const code = await replicas[index]?.ended;
        if (code !== 0) problems.push(`a replica ended with ${code}: ${replicas[index]?.output.slice(-500)}`);
        replicas[index] = await start(to, index);
        await sleep(2_000);
      }
    };
    try {
      load.start({ readers: 5, streams: 4 });
      const started = copies();
      await sleep(3_000);
      await roll(newer);
      const upgraded = load.runs.length;
      // Five minutes later: whoever leads next makes row security hold for the owner of the tables as well.
      await control.query(
        "UPDATE syncline_control.workers SET heartbeat_at = now() - interval '1 hour' WHERE NOT row_security",
      );
      await roll(newer);
      const forced = await untilForced(control);
      if (forced === 0) problems.push("row security never held for the owner of the tables");
      // As the guide for upgrades says of going back.
      await control.query("CALL syncline_control.lift_row_security()");
      await roll(older);
      await sleep(2_000);
      copying = false;
      await started;
      for (const id of load.runs) {
        const state = await ended(id);
        if (state !== "succeeded") problems.push(`${id}: ${state}`);
      }
      await sleep(1_000);
      await load.end();
      problems.push(...load.failures);
      const counts = await Promise.all(
        load.runs.map((_, table) =>
          target.query<{ n: number }>(`SELECT count(*)::int AS n FROM t${table} WHERE n = id`),
        ),
      );
      counts.forEach(([row], table) => {
        if (row?.n !== ROWS) problems.push(`t${table}: ${row?.n} of ${ROWS} rows`);
      });
      const [ledger] = await target.query<{ n: number }>("SELECT count(*)::int AS n FROM syncline.ledger");
      if (ledger?.n !== load.runs.length) problems.push(`${ledger?.n} applied of ${load.runs.length} runs`);
      for (const seen of load.events) {
        if (seen.some((id, at) => at > 0 && id <= (seen[at - 1] ?? 0)))
          problems.push("events out of order or twice");
        if (seen.length !== load.events[0]?.length)
          problems.push(`a reader saw ${seen.length} events, another ${load.events[0]?.length}`);
      }
      recordGuarantee({
        id: "OPS2",
        claim: "packed replicas behind nginx are upgraded one after the other and taken back under load",
        figure: `${load.requests} requests, ${load.runs.length} copies`,
        failures: problems.length,
        details: `from ${previous.commit} and back: ${before} migrations before, ${await migrations()} after; 6 replicas replaced, row security forced on ${forced} tables between, ${upgraded} copies begun before both were new; ${load.failures.length} requests failed; 4 readers of events came back ${load.reconnects} times and saw ${load.events[0]?.length} events each`,
      });
      expect(problems).toEqual([]);
    } finally {
      await load.end();
      await nginx.stop();
      for (const replica of replicas) replica.kill();
      await Promise.all(replicas.map(({ ended }) => ended));
      await login.drop();
      await Promise.all([control, source, target].map((database) => database.drop()));
      await rm(folder, { recursive: true, force: true });
    }
  },
);
