import { readFile } from "node:fs/promises";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type CommandFolder, makeCommandFolder } from "../../testing/run-syncline.ts";

const EXAMPLE = new URL("../../../../../examples/accounts/", import.meta.url);
const USERS = 24;
const FORMATS = ["yaml", "json", "ndjson", "csv"] as const;
const STRATEGIES = ["replace", "merge", "append", "timestamp", "three-way"] as const;
const TABLES = ["users", "groups", "identities", "sessions", "user_groups", "unrelated"] as const;

let a: TestDatabase;
let b: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  const schema = await readFile(new URL("schema.sql", EXAMPLE), "utf8");
  a = await createTestDatabase("import_guarantee_a");
  b = await createTestDatabase("import_guarantee_b");
  for (const node of [a, b])
    await node.query(
      `${schema}; CREATE TABLE unrelated (id int PRIMARY KEY, user_id uuid REFERENCES users ON DELETE CASCADE, t text)`,
    );
});
afterAll(() => Promise.all([a.drop(), b.drop()]));
beforeEach(async () => {
  folder = await makeCommandFolder(await readFile(new URL("syncline.yaml", EXAMPLE), "utf8"));
  return () => folder.remove();
});

const environment = () => ({ ACCOUNTS_NODE_A: a.url, ACCOUNTS_NODE_B: b.url });
const run = (...args: string[]) => folder.run(args, environment());

/** A pure function of seed and salt, from 0 up to 1. */
function random(salt: string): () => number {
  let state = [...`${seed}${salt}`].reduce(
    (sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0,
    7,
  );
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Users, each with children, some invited by others; `draw` decides what this node has of them, and how. */
async function fill(node: TestDatabase, draw: () => number): Promise<void> {
  await node.query(
    `TRUNCATE ${TABLES.join(", ")}; INSERT INTO groups SELECT g, 'g' || g FROM generate_series(1, ${3 + Math.floor(draw() * 3)}) g`,
  );
  for (let n = 1; n <= USERS; n += 1) {
    if (draw() < 0.15) continue;
    const day = 1 + Math.floor(draw() * 20);
    const name = `u${n}-${Math.floor(draw() * 3)}`;
    await node.query(
      `INSERT INTO users (id, email, name, password_hash, created_at, updated_at) VALUES ('${id(n)}', 'u${n}@x', '${name}', 'h${day}', '2026-01-01', '2026-01-01'::timestamptz + interval '${day} days');
       UPDATE users SET invited_by = (SELECT u.id FROM users u WHERE u.id < '${id(n)}' ORDER BY md5(u.id::text || '${day}') LIMIT 1) WHERE id = '${id(n)}';
       INSERT INTO identities SELECT 'p' || k, 's' || ${n}, '${id(n)}', '${name}', '2026-01-0${1 + (day % 9)}' FROM generate_series(1, ${Math.floor(draw() * 4)}) k;
       INSERT INTO sessions VALUES ('t${n}-${Math.floor(draw() * 9)}', '${id(n)}', '2027-01-01');
       INSERT INTO unrelated VALUES (${n}, '${id(n)}', '${name}');
       INSERT INTO user_groups SELECT '${id(n)}', g FROM generate_series(1, ${1 + Math.floor(draw() * 3)}) g`,
    );
  }
}

interface Row {
  readonly table: string;
  readonly owner: string | null;
  readonly row: string;
}

/** Every row with the root that it belongs to; null for none. */
function everything(node: TestDatabase): Promise<Row[]> {
  const owner: Record<string, string> = { users: "id", identities: "user_id", user_groups: "user_id" };
  const parts = TABLES.map(
    (table) =>
      `SELECT '${table}' AS "table", ${owner[table] ?? "NULL"}::text AS owner, t::text AS row FROM ${table} t`,
  );
  return node.query<Row>(`${parts.join(" UNION ALL ")} ORDER BY 1, 3`);
}

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
  const files: { readonly file: string; readonly state: string }[] = [];
  const state = async () =>
    JSON.stringify((await everything(b)).filter(({ table }) => !["sessions", "unrelated"].includes(table)));
  const others = async () =>
    JSON.stringify((await everything(b)).filter(({ table }) => ["sessions", "unrelated"].includes(table)));
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
    files.push({ file, state: await state() });
    await a.query(
      "UPDATE users SET name = name || '!'; DELETE FROM identities WHERE provider = 'p1'; INSERT INTO identities SELECT 'new', id::text, id FROM users ON CONFLICT DO NOTHING",
    );
  }
  const untouched = await others();
  const allowed = new Set(files.map((each) => each.state));
  let deviations = 0;
  let reading = true;
  let reads = 0;
  const reader = (async () => {
    while (reading) {
      if (!allowed.has(await state())) deviations += 1;
      if ((await others()) !== untouched) deviations += 1;
      reads += 1;
    }
  })();
  for (let kill = 0; kill < kills; kill += 1) {
    const next = files.find((each) => each.file === (kill % 2 === 0 ? "one.ndjson" : "two.ndjson"));
    const { child, ended } = folder.start(["import", next?.file ?? "", "node-b:public:*"], environment());
    const timer = setTimeout(() => child.kill("SIGKILL"), longest * (0.3 + 0.8 * draw()));
    await ended;
    clearTimeout(timer);
  }
  reading = false;
  await reader;
  recordGuarantee({
    id: "G14",
    claim: "Readers of a replacing import see old or new, and no other table changes",
    figure: `${kills} SIGKILLs, ${reads} readings beside them`,
    failures: deviations,
  });
  expect(deviations).toBe(0);
});
