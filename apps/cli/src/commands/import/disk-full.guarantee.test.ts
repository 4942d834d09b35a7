import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CommandFolder, RunResult } from "../../testing/run-syncline.ts";
import { makeSmallDisk } from "../../testing/small-disk.ts";
import { fill, makeAccountsFolder, makeNodes, random } from "./testing/account-nodes.ts";
import { readState, startStateReader } from "./testing/state-readers.ts";

const KINDS = ["tables", "staging", "history", "conflict file", "export", "pull"] as const;
type Kind = (typeof KINDS)[number];
const SPACE = "syncline_import_disk";
const MERGE = ["import", "two.ndjson", "node-b:public:*", "--merge-strategy", "three-way"];
/** What an import writes at most: rows, their indexes and history, or the temporary tables. */
const NEEDED = 400_000;

/** Values of some thousand characters that do not compress. */
const widen = (word: string) =>
  `UPDATE identities SET email = (SELECT string_agg(md5(provider || subject || '${word}' || i), '') FROM generate_series(1, 190) i)`;

const disk = makeSmallDisk("48m");
let a: TestDatabase;
let b: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  if (disk === null) return;
  ({ a, b } = await makeNodes("import_disk"));
  folder = await makeAccountsFolder();
  await b.query(`CREATE TABLESPACE ${SPACE} LOCATION '${await disk.folderForServer()}'`);
});
afterAll(async () => {
  if (disk === null) return;
  await Promise.all([a.drop(), b.drop()]);
  const maintenance = await createTestDatabase("import_disk_maintenance");
  await maintenance.query(`DROP TABLESPACE IF EXISTS ${SPACE}`);
  await maintenance.drop();
  await folder.remove();
  disk.remove();
});

const run = (...args: readonly string[]) =>
  folder.run(args, { ACCOUNTS_NODE_A: a.url, ACCOUNTS_NODE_B: b.url });

async function mustRun(codes: readonly number[], ...args: readonly string[]): Promise<RunResult> {
  const done = await run(...args);
  expect(codes, `${args.join(" ")}: ${done.stderr}`).toContain(done.code);
  return done;
}

/** Moves everything of a schema into a table space. */
async function moveTables(schema: string, space: string): Promise<void> {
  const moves = await b.query<{ move: string }>(
    `SELECT format('ALTER %s %I.%I SET TABLESPACE ${space}', CASE c.relkind WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END, n.nspname, c.relname) AS move
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '${schema}' AND c.relkind IN ('r', 'i')`,
  );
  await b.query(moves.map(({ move }) => move).join(";"));
}

/** Which part of the server's work lies on the small disk. */
async function arrange(kind: Kind): Promise<void> {
  await moveTables("public", kind === "tables" ? SPACE : "pg_default");
  await moveTables("syncline", kind === "history" ? SPACE : "pg_default");
  await b.query(
    `ALTER DATABASE "${b.name}" SET temp_tablespaces = '${kind === "staging" ? SPACE : "pg_default"}'`,
  );
}

const EXPORT = ["export", "node-b:public:*", "--dataset", "accounts", "--overwrite", "--output"];

function commandOf(kind: Kind, file: string, each: number): readonly string[] {
  const inDisk = (name: string) => join(disk?.path ?? "", name);
  if (kind === "export") return [...EXPORT, inDisk("out.ndjson")];
  if (kind === "pull") return ["pull", "node-b:public:*", inDisk("pulled"), "--overwrite"];
  if (kind !== "conflict file") return ["import", file, "node-b:public:*"];
  return [
    ...MERGE,
    "--base",
    "./one.ndjson",
    "--conflicts",
    inDisk(each % 4 < 2 ? "conflicts.json" : "conflicts.json.gz"),
    "--overwrite",
  ];
}

/** What lies on the disk, by name. */
async function filesOf(path: string): Promise<Record<string, string>> {
  const names = (await readdir(path, { recursive: true })).filter((name) => !/^(space|ballast)/.test(name));
  const files: Record<string, string> = {};
  for (const name of names.sort())
    if ((await stat(join(path, name))).isFile()) files[name] = await readFile(join(path, name), "utf8");
  return files;
}

it.skipIf(disk === null)("leaves old or new when a disk is full, and says so", async () => {
  if (disk === null) return;
  const cases = Math.max(scaled(50), KINDS.length);
  const draw = random("disk full");
  const states: Record<string, string> = {};
  const remember = async (name: string) => {
    states[name] = (await readState(b)).replaced;
  };
  await fill(a, draw);
  await fill(b, random("other"));
  for (const name of ["one", "two"]) {
    await a.query(`${widen(name)}; UPDATE users SET name = name || '!'`);
    await mustRun([0], "export", "node-a:public:*", "--dataset", "accounts", "--output", `${name}.ndjson`);
  }
  await b.query(widen("theirs"));
  await mustRun([0], "import", "one.ndjson", "node-b:public:*");
  await remember("one");
  await b.query(widen("theirs"));
  await remember("theirs");
  await mustRun([0], ...EXPORT, "theirs.ndjson");
  await mustRun([6], ...MERGE, "--base", "./one.ndjson");
  await remember("merged");
  await mustRun([0], "import", "two.ndjson", "node-b:public:*");
  await remember("two");
  expect(new Set(Object.values(states)).size).toBe(4);

  const { others } = await readState(b);
  const allowed = { replaced: new Set(Object.values(states)), others };
  const seen = { readings: 0, deviations: 0 };
  const outcomes: Record<string, number> = {};
  const failures: string[] = [];
  for (let each = 0; each < cases; each += 1) {
    const kind = KINDS[each % KINDS.length] ?? "tables";
    const isMerge = kind === "conflict file";
    await disk.leave(null);
    for (const name of ["conflicts.json", "conflicts.json.gz"])
      await rm(join(disk.path, name), { force: true });
    const [from, to] = isMerge ? ["theirs", "merged"] : each % 2 === 0 ? ["one", "two"] : ["two", "one"];
    if ((await readState(b)).replaced !== states[from])
      await mustRun([0], "import", `${from}.ndjson`, "node-b:public:*");
    await arrange(kind);
    if (kind === "export" || kind === "pull") await mustRun([0], ...commandOf(kind, "", each));
    const files = await filesOf(disk.path);
    for (const table of ["users", "identities", "user_groups", "syncline.application"])
      await b.query(`VACUUM FULL ${table}`).catch(() => {});
    await disk.leave(Math.floor(draw() * NEEDED));
    const reader = await startStateReader(b, allowed);
    const done = await run(...commandOf(kind, `${to}.ndjson`, each));
    await reader.stop();
    seen.readings += reader.counts.readings;
    seen.deviations += reader.counts.deviations;
    const left = await readState(b);
    const isDone = done.code === 0 || done.code === 6;
    const outcome = `${kind} exit ${done.code}`;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    // Conflicts that are compressed reach the disk at the end, when the rows are written: then that is said.
    const isWritten = isDone || done.stderr.includes("The rows were written as ");
    const expected = kind === "export" || kind === "pull" || !isWritten ? from : to;
    const complain = (what: string) => failures.push(`case ${each}, ${outcome}: ${what}\n${done.stderr}`);
    if (left.replaced !== states[expected]) complain("neither old nor new");
    if (left.others !== others) complain("another table changed");
    if (!isDone && done.code !== 13) complain("not exit code 13");
    if (!isDone && !/disk is full/.test(done.stderr))
      complain("the message does not say that the disk is full");
    if (!isDone && JSON.stringify(await filesOf(disk.path)) !== JSON.stringify(files))
      complain("files were left or lost");
  }
  const { readings, deviations } = seen;
  if (deviations > 0) failures.push(`${deviations} readings of ${readings} saw something else`);
  recordGuarantee({
    id: "G14",
    claim: "A full disk leaves old or new, no other table changes, and it is said",
    figure: `${cases} full disks`,
    failures: failures.length,
    details: `${Object.entries(outcomes)
      .map(([outcome, count]) => `${outcome}: ${count}`)
      .sort()
      .join(", ")}; ${readings} transactions that read everything twice`,
  });
  expect(failures).toEqual([]);
});
