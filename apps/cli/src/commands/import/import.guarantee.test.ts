import type { TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { CommandFolder } from "../../testing/run-syncline.ts";
import {
  everything,
  fill,
  id,
  makeAccountsFolder,
  makeNodes,
  type Row,
  random,
  USERS,
} from "./testing/account-nodes.ts";
import { readState, startStateReader } from "./testing/state-readers.ts";

const FORMATS = ["yaml", "json", "ndjson", "csv"] as const;
const STRATEGIES = ["replace", "merge", "append", "timestamp", "three-way"] as const;

let a: TestDatabase;
let b: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  ({ a, b } = await makeNodes("import_guarantee"));
});
afterAll(() => Promise.all([a.drop(), b.drop()]));
beforeEach(async () => {
  folder = await makeAccountsFolder();
  return () => folder.remove();
});

const environment = () => ({ ACCOUNTS_NODE_A: a.url, ACCOUNTS_NODE_B: b.url });
const run = (...args: string[]) => folder.run(args, environment());

it("touches no row outside the file's roots, whatever the format and the strategy", async () => {
  const cases = Math.max(scaled(100), 5);
  let deviations = 0;
  for (let each = 0; each < cases; each += 1) {
    const draw = random(`scope ${each}`);
    const format = FORMATS[each % FORMATS.length] ?? "yaml";
    const strategy = STRATEGIES[each % STRATEGIES.length] ?? "replace";
    await fill(a, draw);
    await fill(b, draw);
    const roots = Array.from({ length: USERS }, (_, index) => id(index + 1)).filter(() => draw() < 0.4);
    const filter = JSON.stringify({ where: { id: { $in: roots } } });
    const file = `case${each}.${format}`;
    const made = await run(
      "export",
      "node-a:public:*",
      "--dataset",
      "accounts",
      "--filter",
      filter,
      "--format",
      format,
      "--output",
      file,
    );
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const listed = new Set(
      (await everything(a)).flatMap((row) =>
        row.table === "users" && roots.includes(row.owner ?? "") ? [row.owner] : [],
      ),
    );
    const before = await everything(b);
    const base = strategy === "three-way" ? ["--base", `${b.url}#public:*`] : [];
    const done = await run(
      "import",
      format === "csv" ? `./${file}` : file,
      "node-b:public:*",
      "--merge-strategy",
      strategy,
      ...base,
    );
    expect([0, 6], done.stderr).toContain(done.code);
    const after = await everything(b);
    const isOutside = (row: Row) => !listed.has(row.owner);
    const kept = new Set(after.map((row) => JSON.stringify(row)));
    const known = new Set(before.map((row) => JSON.stringify(row)));
    const lost = before.filter((row) => isOutside(row) && !kept.has(JSON.stringify(row)));
    // Rows that members refer to are made when they are missing: users that invited them, and groups.
    const added = after.filter((row) => isOutside(row) && !known.has(JSON.stringify(row)));
    const strange = added.filter(({ table, owner }) =>
      table === "users"
        ? before.some((row) => row.table === "users" && row.owner === owner)
        : table !== "groups",
    );
    deviations += lost.length + strange.length;
    expect([lost, strange], `${format} ${strategy}`).toEqual([[], []]);
  }
  const claim = "An import touches no row that belongs to no root of its file";
  recordGuarantee({
    id: "G31",
    claim,
    figure: `${cases} imports, 4 formats and 5 strategies`,
    failures: deviations,
  });
});

it("shows old or new to every reader, and leaves old or new when it is killed", async () => {
  const kills = scaled(200);
  const draw = random("kills");
  await fill(a, draw);
  const allowed = new Set<string>();
  await fill(b, random("other"));
  let longest = 0;
  for (const file of ["one.ndjson", "two.ndjson"]) {
    expect(await run("export", "node-a:public:*", "--dataset", "accounts", "--output", file)).toMatchObject({
      code: 0,
    });
    const start = performance.now();
    const done = await run("import", file, "node-b:public:*");
    expect(done, done.stderr).toMatchObject({ code: 0 });
    longest = performance.now() - start;
    allowed.add((await readState(b)).replaced);
    await a.query(
      "UPDATE users SET name = name || '!'; DELETE FROM identities WHERE provider = 'p1'; INSERT INTO identities SELECT 'new', id::text, id FROM users ON CONFLICT DO NOTHING",
    );
  }
  expect(allowed.size).toBe(2);
  const { others } = await readState(b);
  const reader = await startStateReader(b, { replaced: allowed, others });
  let killed = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const file = kill % 2 === 0 ? "one.ndjson" : "two.ndjson";
    const { child, ended } = folder.start(["import", file, "node-b:public:*"], environment());
    const timer = setTimeout(() => child.kill("SIGKILL"), longest * (0.3 + 0.8 * draw()));
    if ((await ended).code === null) killed += 1;
    clearTimeout(timer);
  }
  await reader.stop();
  const { readings, deviations } = reader.counts;
  recordGuarantee({
    id: "G14",
    claim: "Readers of a replacing import see old or new, and no other table changes",
    figure: `${kills} SIGKILLs`,
    failures: deviations,
    details: `${killed} before the end; ${readings} transactions that read everything twice`,
  });
  expect(deviations).toBe(0);
  expect(readings).toBeGreaterThan(0);
});
