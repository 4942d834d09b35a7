import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Databases } from "./databases.ts";
import { largeResultSql } from "./large-result-rows.ts";
import { installPackedCli } from "./packed-cli.ts";
import { memoryBytes, type ServerProcess, startServer } from "./server-process.ts";

const SOURCES = fileURLToPath(new URL("../../../apps/cli/bin/syncline.js", import.meta.url));
const MB = 1_000_000;
const TIMES = 15;

export interface ResultBench {
  readonly changes: number;
  readonly sources: boolean;
  /** Of the server, beside what it always has here. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What the pages of the diff explorer ask for, with the number of requests of which the slowest is told. */
async function questionsOf(total: number, ask: (path: string) => Promise<Counted>) {
  const value = (condition: object) => `value=${encodeURIComponent(JSON.stringify(condition))}`;
  const filters: Readonly<Record<string, string>> = {
    everything: "",
    "a table": "table=lines",
    "a kind": "kind=delete",
    "two kinds": "kind=insert&kind=update",
    "a column": "column=status",
    "a key": "table=orders&key=777",
    "a rare text": "text=needle",
    "a common text": "text=neighbour",
    "a value": value({ column: "customer", value: "customer 77" }),
    "a value before": value({ column: "status", side: "old", value: "dst" }),
  };
  const questions = new Map<string, string[]>();
  for (const [name, filter] of Object.entries(filters)) {
    const count = await finishedCount(ask, filter);
    const list = (offset: number) => `/changes?limit=100&offset=${Math.max(0, offset)}&${filter}`;
    questions.set(`${name} (${count.toLocaleString("en")}): first page`, [list(0)]);
    questions.set(
      `${name}: middle`,
      [0.3, 0.5, 0.7].map((part) => list(Math.floor(count * part))),
    );
    questions.set(`${name}: last page`, [list(count - 100)]);
    questions.set(`${name}: count`, [`/changes/count?${filter}`]);
  }
  questions.set("verdict by table", ["/tables"]);
  questions.set("a row by its key", [
    "/changes/find?table=orders&row=450002",
    "/changes/find?table=orders&row=2",
  ]);
  questions.set("where changes lie", ["/histogram?table=orders", "/histogram?table=lines"]);
  questions.set("what a column does", [
    "/histogram?table=orders&of=note",
    "/histogram?table=orders&of=status",
  ]);
  questions.set(
    "SQL: any page",
    [0, 0.5, 0.99].map((part) => `/sql?limit=100&offset=${Math.floor(total * part)}`),
  );
  questions.set(
    "one change",
    [0, 0.5, 0.99].map((part) => `/changes/${Math.floor(total * part)}`),
  );
  return questions;
}

interface Counted {
  readonly count: number;
  readonly exact: boolean;
}

async function finishedCount(ask: (path: string) => Promise<Counted>, filter: string): Promise<number> {
  for (;;) {
    const { count, exact } = await ask(`/changes/count?${filter}`);
    if (exact) return count;
  }
}

/** A stored result of very many changes, asked for over HTTP as the dashboard asks. Prints what each took. */
export async function benchResults(databases: Databases, options: ResultBench): Promise<void> {
  await withLargeResult(databases, options, measure);
}

/** Compares two places that differ in very many rows, on a server that is there as long as `use` takes. */
export async function withLargeResult(
  databases: Databases,
  { changes, sources, environment = {} }: ResultBench,
  use: (server: ServerProcess, patch: string) => Promise<void>,
): Promise<void> {
  const lines = Math.floor(changes / 10);
  await databases.createFresh("large_result", [
    ...largeResultSql({ orders: changes - lines, lines }),
    "ANALYZE",
  ]);
  const folder = mkdtempSync(join(tmpdir(), "syncline-bench-results-"));
  chmodSync(folder, 0o755); // the embedded database runs under another user
  writeFileSync(
    join(folder, "syncline.yaml"),
    `version: 1\nservers: { a: { url: "${databases.url("large_result")}" } }\n`,
  );
  const binary = sources ? SOURCES : await installPackedCli(folder);
  const server = await startServer({
    binary,
    folder,
    environment: { SYNCLINE_REQUESTS_PER_MINUTE: "1000000", ...environment },
  });
  try {
    await use(server, await compare(server));
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Id of the stored patch. */
async function compare(server: ServerProcess): Promise<string> {
  const body = JSON.stringify({ source: "a:src:*", target: "a:dst:*" });
  const { id } = (await (await server.ask("/api/v1/diff", { method: "POST", body })).json()) as {
    id: string;
  };
  let run: { state: string; summary: { patchId: string } | null };
  do {
    await sleep(200);
    run = (await (await server.ask(`/api/v1/runs/${id}`)).json()) as typeof run;
  } while (["queued", "running"].includes(run.state));
  return run.summary?.patchId ?? "";
}

async function measure(server: ServerProcess, patch: string): Promise<void> {
  const ask = async <Answer>(path: string): Promise<Answer> => {
    const answer = await server.ask(`/api/v1/patches/${patch}${path}`);
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  const { total } = await ask<{ total: number }>("/tables");
  const before = memoryBytes(server.child, "VmRSS");
  const table = ["| Asked for | Median ms | Slowest ms |", "|---|---|---|"];
  for (const [name, paths] of await questionsOf(total, ask)) {
    const times: number[] = [];
    for (let at = 0; at < TIMES; at += 1) {
      const begun = performance.now();
      await ask(paths[at % paths.length] ?? "");
      times.push(performance.now() - begun);
    }
    times.sort((a, b) => a - b);
    table.push(`| ${name} | ${times[TIMES >> 1]?.toFixed(0)} | ${times.at(-1)?.toFixed(0)} |`);
  }
  const after = memoryBytes(server.child, "VmRSS");
  process.stdout.write(
    `${table.join("\n")}\n${total.toLocaleString("en")} changes; memory before ${Math.round(before / MB)} MB, after ${Math.round(after / MB)} MB\n`,
  );
}
