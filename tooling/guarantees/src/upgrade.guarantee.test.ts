import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scale } from "@syncline/tooling-vitest";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");
/** What is upgraded from. */
const PREVIOUS = process.env["SYNCLINE_PREVIOUS"] ?? "HEAD~1";
const RUNS = 60;
const ROWS = 300;

/** A checkout of an earlier commit, installed as the lockfile of its day says. */
function checkOut(revision: string): { readonly folder: string; readonly commit: string; remove(): void } {
  const folder = join(mkdtempSync(join(tmpdir(), "syncline-previous-")), "checkout");
  const git = (...parts: string[]) =>
    execFileSync("git", ["-C", ROOT, ...parts], { encoding: "utf8" }).trim();
  git("worktree", "add", "--detach", folder, revision);
  const manager = JSON.parse(git("show", `${revision}:package.json`)).packageManager as string;
  execFileSync("npx", ["--yes", manager.split("+")[0] ?? manager, "install", "--frozen-lockfile"], {
    cwd: folder,
    env: { ...process.env, CI: "true" },
    stdio: "ignore",
  });
  return {
    folder,
    commit: git("rev-parse", "--short", revision),
    remove: () => void git("worktree", "remove", "--force", folder),
  };
}

/** A server as people start it. */
class ServerProcess {
  readonly #child: ChildProcess;
  readonly exit: Promise<unknown[]>;
  output = "";

  constructor(checkout: string, folder: string, environment: Readonly<Record<string, string>>) {
    this.#child = spawn(
      process.execPath,
      [join(checkout, "apps/cli/bin/syncline.js"), "server", "--port", "0"],
      { cwd: folder, env: { ...process.env, ...environment } },
    );
    this.exit = once(this.#child, "exit");
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (text) => {
        this.output += String(text);
      });
  }

  async found(pattern: RegExp): Promise<string> {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
      const [, found] = pattern.exec(this.output) ?? [];
      if (found !== undefined) return found;
    }
    throw new Error(`no ${pattern} in: ${this.output.slice(0, 2_000)}`);
  }

  readonly url = () => this.found(/listens on (\S+)/);
  readonly key = () => this.found(/(slk_\S+_\S+)/);

  async end(signal: NodeJS.Signals): Promise<unknown> {
    this.#child.kill(signal);
    return (await this.exit)[0];
  }
}

/** Reads lists without a pause from whichever server is told to take requests. */
class Traffic {
  readonly urls: string[];
  readonly failures: string[] = [];
  requests = 0;
  #ended = false;
  readonly #key: string;
  readonly #done: Promise<unknown>;

  constructor(urls: string[], key: string) {
    this.urls = urls;
    this.#key = key;
    this.#done = Promise.all(
      ["runs?limit=20", "jobs", "conflicts", "patches"].map((path) => this.#read(path)),
    );
  }

  async ask(path: string, body?: unknown): Promise<{ id: string; state: string }> {
    const url = this.urls[this.requests % this.urls.length] ?? "";
    this.requests += 1;
    const response = await fetch(`${url}/api/v1/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { Authorization: `Bearer ${this.#key}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) this.failures.push(`${path}: ${response.status} ${await response.clone().text()}`);
    return (await response.json()) as { id: string; state: string };
  }

  async #read(path: string): Promise<void> {
    while (!this.#ended) {
      await this.ask(path).catch((error: unknown) => this.failures.push(`${path}: ${String(error)}`));
      await sleep(20);
    }
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#done;
  }
}

async function fill(source: TestDatabase, target: TestDatabase): Promise<void> {
  for (let table = 0; table < RUNS; table += 1)
    for (const database of [source, target])
      await database.query(`CREATE TABLE t${table} (id int PRIMARY KEY, n int);
        INSERT INTO t${table} SELECT g, ${database === source ? "g" : "0"} FROM generate_series(1, ${ROWS}) g`);
}

it.skipIf(scale < 1)(
  "a server of an earlier commit and this one share the control database while it is migrated",
  { timeout: 300_000 },
  async () => {
    const previous = checkOut(PREVIOUS);
    const folder = mkdtempSync(join(tmpdir(), "syncline-upgrade-"));
    const [control, source, target] = await Promise.all(
      ["control", "source", "target"].map((label) => createTestDatabase(`upgrade_${label}`)),
    );
    const servers: ServerProcess[] = [];
    try {
      if (!control || !source || !target) throw new Error("no databases");
      await fill(source, target);
      writeFileSync(
        join(folder, "syncline.json"),
        JSON.stringify({
          version: 1,
          servers: { src: { url: source.url }, dst: { url: target.url, protection: "open" } },
        }),
      );
      const start = (checkout: string) => {
        const server = new ServerProcess(checkout, folder, {
          SYNCLINE_CONFIG: join(folder, "syncline.json"),
          SYNCLINE_DATABASE_URL: control.url,
          SYNCLINE_STATE_DIRECTORY: join(folder, "state"),
        });
        servers.push(server);
        return server;
      };
      const migrations = async () =>
        (await control.query<{ name: string }>("SELECT name FROM syncline_control.migrations")).length;
      const old = start(previous.folder);
      const traffic = new Traffic([await old.url()], await old.key());
      const before = await migrations();
      const runs: string[] = [];
      const copy = async () => {
        const table = runs.length;
        const { id } = await traffic.ask("copy", {
          source: `src:public:t${table}`,
          target: `dst:public:t${table}`,
          strategy: "replace",
        });
        runs.push(id);
        await sleep(100);
      };
      while (runs.length < RUNS / 4) await copy();
      const fresh = start(ROOT);
      while (!fresh.output.includes("listens on") && runs.length < RUNS / 2) await copy();
      traffic.urls.push(await fresh.url());
      const shared = runs.length;
      while (runs.length < (RUNS * 3) / 4) await copy();
      // As a load balancer does: first no more requests, then the signal.
      traffic.urls.shift();
      await sleep(200);
      const exit = await old.end("SIGTERM");
      while (runs.length < RUNS) await copy();
      const ended = async (id: string): Promise<string> => {
        for (const end = Date.now() + 90_000; Date.now() < end; await sleep(200)) {
          const { state } = await traffic.ask(`runs/${id}`);
          if (/succeeded|failed|cancelled|partial|conflicted|dead/.test(state)) return state;
        }
        return "never";
      };
      const problems: string[] = exit === 0 ? [] : [`the old server ended with ${exit}`];
      for (const id of runs) {
        const state = await ended(id);
        if (state !== "succeeded") problems.push(`${id}: ${state}`);
      }
      await traffic.end();
      problems.push(...traffic.failures);
      for (let table = 0; table < RUNS; table += 1) {
        const [row] = await target.query<{ same: number }>(
          `SELECT count(*) FILTER (WHERE n = id)::int AS same FROM t${table}`,
        );
        if (row?.same !== ROWS) problems.push(`t${table}: ${row?.same} of ${ROWS} rows`);
      }
      const [entries] = await target.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM syncline.ledger",
      );
      if (entries?.count !== RUNS) problems.push(`${entries?.count} entries of ${RUNS} in the ledger`);
      recordGuarantee({
        id: "RUN-SPEC",
        claim: "a server of an earlier commit and this one share the control database while it is migrated",
        figure: `${RUNS} copies`,
        failures: problems.length,
        details: `from ${previous.commit}: ${before} migrations before, ${await migrations()} after; ${traffic.requests} requests, of which ${traffic.failures.length} failed; ${shared} copies begun before both served`,
      });
      expect(problems).toEqual([]);
    } finally {
      await Promise.all(servers.map((server) => server.end("SIGTERM")));
      await Promise.all([control, source, target].map((database) => database?.drop()));
      previous.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
