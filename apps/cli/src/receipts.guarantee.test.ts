import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scale, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { COMMAND_ROW_EFFECTS, OPTION_ROW_EFFECTS } from "./commands/row-effects.ts";
import { BROKEN_LEDGERS, type BrokenLedger, guestUrl } from "./testing/broken-ledgers.ts";
import { type CommandFolder, configOf, makeCommandFolder } from "./testing/run-syncline.ts";

// Longer than a value of the type `name`, so that a ledger that cuts values shows.
const NAME =
  "'a text that is longer than sixty-three bytes, so that a value that is cut is another one: ' || n";
const TABLES = `CREATE TABLE users (id int PRIMARY KEY, name text, updated_at timestamptz NOT NULL DEFAULT '2026-01-01');
  CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users ON DELETE CASCADE, note text)`;
const ROWS = `INSERT INTO users SELECT n, ${NAME} FROM generate_series(1, 20) n;
  INSERT INTO orders SELECT n, n, ${NAME} FROM generate_series(1, 10) n`;

interface Entry {
  /** As in the registry. */
  readonly command: string;
  readonly options: readonly string[];
  readonly args: (target: string) => readonly string[];
}

const entry = (command: string, words: string, ...options: readonly string[]): Entry => ({
  command,
  options,
  args: (target) => [
    ...words.split(" ").map((word) => (word === "T" ? target : word)),
    ...options,
    "--yes",
    "--json",
  ],
});

/** Every destructive command, and every option of theirs that widens what they destroy or writes in another way. */
const ENTRIES: readonly Entry[] = [
  entry("patch apply", "patch apply change.patch T"),
  entry("patch apply", "patch apply drifted.patch T", "--force", "--reason", "test"),
  entry("patch apply", "patch apply drifted.patch T", "--strategy", "theirs"),
  entry("patch apply", "patch apply parents.patch T", "--include-cascades"),
  entry("patch apply", "patch apply applied.patch T", "--reverse"),
  entry("undo", "undo APPLIED T"),
  entry("undo", "undo APPLIED T", "--strategy", "theirs"),
  entry("copy", "copy source:public:* T"),
  entry("copy", "copy source:public:* T", "--strategy", "merge"),
  entry("copy", "copy source:public:users T", "--strategy", "timestamp"),
  entry(
    "copy",
    "copy source:public:* T",
    "--strategy",
    "three-way",
    "--base",
    "base:public:*",
    "--on-conflict",
    "source",
  ),
  entry("copy", "copy source:public:users T", "--strategy", "merge", "--incremental"),
  entry("copy", "copy source:public:* T", "--single-transaction"),
  entry("copy", "copy empty:public:orders T", "--empty-source"),
  entry("push", "push rows T"),
  entry("push", "push rows T", "--merge"),
  entry("import", "import people.ndjson T"),
  entry("import", "import people.ndjson T", "--merge-strategy", "merge"),
  entry("import", "import people.ndjson T", "--replace-all"),
  entry("import", "import destroys.sql T", "--any-sql"),
];

let source: TestDatabase;
let base: TestDatabase;
let empty: TestDatabase;
let template: TestDatabase;
let folder: CommandFolder;
let applied: string;

beforeAll(async () => {
  const make = (label: string) => createTestDatabase(`receipt_${label}`);
  [source, base, empty, template] = await Promise.all([
    make("source"),
    make("base"),
    make("empty"),
    make("target"),
  ]);
  for (const database of [source, base, template]) await database.query(`${TABLES}; ${ROWS}`);
  await empty.query(TABLES);
  const servers = Object.entries({ source, base, empty, target: template });
  const config = JSON.parse(configOf(Object.fromEntries(servers.map(([name, { url }]) => [name, { url }]))));
  folder = await makeCommandFolder(JSON.stringify({ ...config, datasets: { people: { root: "users" } } }));
  await folder.write("destroys.sql", "DELETE FROM public.orders;\n");
  // What the ledger can take back.
  await source.query("UPDATE orders SET note = note || ' applied' WHERE id = 1");
  await run("diff", "source:public:orders", "target:public:orders", "--output", "applied.patch");
  applied = JSON.parse(
    (await run("patch", "apply", "applied.patch", "target:public:orders", "--json")).stdout,
  ).ledger_id;
  // Later than the target's, so that the newer row wins.
  await source.query(`DELETE FROM users WHERE id > 15; UPDATE users SET name = 'new ' || id, updated_at = '2026-02-01' WHERE id IN (1, 2);
    INSERT INTO users VALUES (30, 'added', '2026-02-01'); DELETE FROM orders WHERE id = 7; UPDATE orders SET note = 'new' WHERE id = 3`);
  await run("diff", "source:public:*", "target:public:*", "--output", "change.patch");
  await run("pull", "source:public:*", "rows");
  await run("export", "source:public:*", "--output", "people.ndjson", "--dataset", "people");
  await template.query("UPDATE users SET name = name || ' before' WHERE id = 1");
  await run("diff", "source:public:users", "target:public:users", "--output", "drifted.patch");
  await template.query(`UPDATE users SET name = ${NAME.replace("|| n", "|| id")} WHERE id = 1`);
  await empty.query(
    `INSERT INTO users SELECT n, ${NAME} FROM generate_series(1, 20) n WHERE n NOT IN (4, 5)`,
  );
  await run("diff", "empty:public:users", "target:public:users", "--output", "parents.patch");
});
afterAll(async () => {
  await Promise.all([source, base, empty, template].map((database) => database.drop()));
  await folder.remove();
});

async function run(...args: string[]) {
  const result = await folder.run(args);
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return result;
}

const stateOf = async (database: TestDatabase) =>
  JSON.stringify([
    await database.query("SELECT * FROM users ORDER BY id"),
    await database.query("SELECT * FROM orders ORDER BY id"),
  ]);

async function onCopy<Result>(use: (database: TestDatabase) => Promise<Result>): Promise<Result> {
  const database = await createTestDatabase("receipt_case", { template: template.name });
  try {
    return await use(database);
  } finally {
    await database.drop();
  }
}

const wordsOf = ({ args }: Entry, url: string) => {
  const tables =
    args("")
      .find((word) => /:public:/.test(word))
      ?.replace(/^.*:public:/, "") ?? "*";
  return args(`${url}#public:${tables}`).map((word) => (word === "APPLIED" ? applied : word));
};

const CLEAR = /"code":"(receipt\.missing|permission\.denied|schema\.unsupported)"/;

/** Says what is wrong, or nothing. */
async function refusal(one: Entry, broken: BrokenLedger): Promise<string | null> {
  return onCopy(async (database) => {
    await database.query(broken.made);
    const before = await stateOf(database);
    const url = broken.guest === true ? guestUrl(database.url) : database.url;
    const { code, stdout, stderr } = await folder.run(wordsOf(one, url));
    const told = `exit ${code}: ${(stderr || stdout).split("\n")[0]}`;
    if (![4, 7, 8].includes(code ?? -1)) return told;
    if (!CLEAR.test(stdout + stderr)) return `no clear error: ${told}`;
    return (await stateOf(database)) === before ? null : `rows changed, ${told}`;
  });
}

async function success(one: Entry): Promise<string | null> {
  return onCopy(async (database) => {
    const before = await stateOf(database);
    const { code, stdout, stderr } = await folder.run(wordsOf(one, database.url));
    // What keeps no inverse destroys nothing, and this file would.
    if (one.options.includes("--any-sql"))
      return code === 7 && /nothing would bring it back/.test(stderr) ? null : stderr;
    if (code !== 0) return `exit ${code}: ${stderr}`;
    if ((await stateOf(database)) === before) return "nothing was written";
    const { receipt } = JSON.parse(stdout);
    if (receipt?.verified !== true || receipt.inserts + receipt.updates === 0)
      return `receipt: ${JSON.stringify(receipt)}`;
    const back = await folder.run([
      "undo",
      receipt.ledger_id,
      `${database.url}#public:*`,
      "--yes",
      "--include-cascades",
    ]);
    if (back.code !== 0) return `undo: exit ${back.code}: ${back.stderr}`;
    return (await stateOf(database)) === before ? null : "the receipt did not bring the rows back";
  });
}

it("the list is that of the registry", () => {
  const destructive = Object.keys(COMMAND_ROW_EFFECTS).filter(
    (name) => COMMAND_ROW_EFFECTS[name] === "destroys",
  );
  expect([...new Set(ENTRIES.map(({ command }) => command))].toSorted()).toEqual(destructive.toSorted());
  const used = new Set(ENTRIES.flatMap(({ options }) => options));
  const unusual = Object.keys(OPTION_ROW_EFFECTS).filter((name) =>
    ["widens", "other-way"].includes(OPTION_ROW_EFFECTS[name] ?? ""),
  );
  expect(unusual.filter((name) => !used.has(name))).toEqual([]);
});

it("no destructive command goes on without a backup that was read back", { timeout: 900_000 }, async () => {
  const failures: string[] = [];
  let refused = 0;
  let restored = 0;
  const ways = scale >= 1 ? BROKEN_LEDGERS.length : 1;
  const pending = ENTRIES.flatMap((one, at) => [
    // A part of the figures takes half of the commands, with another breakage each.
    ...(scale >= 1 || at % 4 === (seed + 1) % 4 ? [{ one, broken: null }] : []),
    ...(scale >= 1 || at % 2 === seed % 2
      ? Array.from({ length: ways }, (_, way) => ({
          one,
          broken: BROKEN_LEDGERS[(at + way + seed) % BROKEN_LEDGERS.length] ?? null,
        }))
      : []),
  ]);
  const lane = async () => {
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      const { one, broken } = next;
      const failure = broken === null ? await success(one) : await refusal(one, broken);
      if (broken === null) restored += 1;
      else refused += 1;
      const name = `${one.command} ${one.options.join(" ")} (${broken?.name ?? "in order"})`;
      if (failure !== null) failures.push(`${name}: ${failure}`);
    }
  };
  await Promise.all([lane(), lane(), lane()]);
  recordGuarantee({
    id: "G16",
    claim: "a destructive command has a receipt that was read back, or writes nothing",
    figure: `${ENTRIES.length} commands with options of the registry: ${refused} refusals with broken backups, ${restored} in order`,
    failures: failures.length,
    details: failures.slice(0, 3).join("; "),
  });
  expect(failures).toEqual([]);
});
