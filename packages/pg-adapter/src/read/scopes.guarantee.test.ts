import type { KeyList, RowScope, TableSpec } from "@syncline/core";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compare, type Side } from "./testing/compare-databases.ts";
import { idsIn, withSnapshot } from "./testing/open-snapshot.ts";
import { randomRows, randomScope, ScopeOracle, type ScopeRow } from "./testing/random-scopes.ts";
import { pick, randomFrom } from "./testing/random-tables.ts";

const TABLES = ["first", "second", "third"];

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([
    createTestDatabase("g31_scope_s"),
    createTestDatabase("g31_scope_t"),
  ]);
});
afterAll(() => Promise.all([source?.drop(), target?.drop()]));

type Rows = Map<string, ScopeRow[]>;

/** One table of them partitioned, so that rows of it share their place with others. */
async function load(database: TestDatabase, rows: Rows): Promise<void> {
  const statements = TABLES.map((table) => {
    const columns = "org text, id int, a int, b int, PRIMARY KEY (org, id)";
    const parted = `CREATE TABLE ${table} (${columns}) PARTITION BY HASH (id); CREATE TABLE ${table}_0 PARTITION OF ${table} FOR VALUES WITH (MODULUS 2, REMAINDER 0);
      CREATE TABLE ${table}_1 PARTITION OF ${table} FOR VALUES WITH (MODULUS 2, REMAINDER 1)`;
    const values = (rows.get(table) ?? []).map(({ org, id, a, b }) => `('${org}', ${id}, ${a}, ${b})`);
    const insert = values.length === 0 ? "" : `; INSERT INTO ${table} VALUES ${values.join(", ")}`;
    return `${table === "third" ? parted : `CREATE TABLE ${table} (${columns})`}${insert}`;
  });
  await database.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${statements.join("; ")}`);
}

const ofTenant = (rows: Rows): Rows =>
  new Map([...rows].map(([table, all]) => [table, all.filter(({ org }) => org === "mine")]));
const side = (database: TestDatabase): Side => ({
  url: database.url,
  tenantColumn: { name: "org", value: "mine" },
});

/** As `told` below, from the definition alone. */
function expected(
  all: { theirs: ScopeRow[]; ours: ScopeRow[] },
  inScope: { theirs: ScopeRow[]; ours: ScopeRow[] },
): string[] {
  const changes = inScope.theirs.flatMap((row) => {
    const partner = all.ours.find(({ id }) => id === row.id);
    if (partner === undefined) return [`+${row.id}`];
    if (partner.a === row.a && partner.b === row.b) return [];
    return [`${inScope.ours.includes(partner) ? "~" : "!"}${row.id}`];
  });
  const gone = inScope.ours.filter(({ id }) => !inScope.theirs.some((row) => row.id === id));
  return [...changes, ...gone.map(({ id }) => `-${id}`)].sort();
}

async function oneCase(number: number): Promise<void> {
  const random = randomFrom(seed * 1_000_003 + number);
  const theirs = randomRows(random, TABLES);
  const ours: Rows = new Map(
    [...randomRows(random, TABLES)].map(([table, rows]) => [
      table,
      rows.map(
        (row) =>
          theirs.get(table)?.find(({ org, id }) => org === row.org && id === row.id && random() < 0.6) ?? row,
      ),
    ]),
  );
  await Promise.all([load(source, theirs), load(target, ours)]);
  const lists = new Map<string, KeyList>();
  const scopes = await withSnapshot(side(source), async (snapshot) => {
    const made = await makeScopes(snapshot.tables, lists, random);
    snapshot.useKeyLists(lists);
    const oracle = new ScopeOracle(ofTenant(theirs), lists);
    for (const [table, { source: scope }] of made) {
      const ids = oracle.members(scope, table).map(({ id }) => String(id));
      const found = await idsIn(snapshot, table, scope);
      expect(found, `case ${number}, ${table}: ${JSON.stringify(scope)}`).toEqual(ids);
    }
    return made;
  });
  await compareCase(number, {
    theirs: ofTenant(theirs),
    ours: ofTenant(ours),
    lists,
    scopes,
    path: pick(random, ["auto", "stream", "buckets-by-hash", "buckets-by-range"] as const),
  });
}

type Scopes = Map<string, { readonly source: RowScope; readonly target: RowScope }>;

async function makeScopes(
  specs: readonly TableSpec[],
  lists: Map<string, KeyList>,
  random: () => number,
): Promise<Scopes> {
  const world = { random, tables: TABLES, specs, lists };
  const scope = (table: string): RowScope =>
    random() < 0.2 ? { kind: "all" } : randomScope(world, table, 3);
  return new Map(TABLES.map((table) => [table, { source: scope(table), target: scope(table) }]));
}

interface CompareCase {
  readonly theirs: Rows;
  readonly ours: Rows;
  readonly lists: ReadonlyMap<string, KeyList>;
  readonly scopes: Scopes;
  readonly path: "auto" | "stream" | "buckets-by-hash" | "buckets-by-range";
}

async function compareCase(
  number: number,
  { theirs, ours, lists, scopes, path }: CompareCase,
): Promise<void> {
  const { changes, tables } = await compare(side(source), side(target), {
    path,
    prepare: async (which, snapshot) => {
      snapshot.useKeyLists(lists);
      return { scopes: new Map([...scopes].map(([table, both]) => [table, both[which]])), masks: new Map() };
    },
  });
  const oracles = { theirs: new ScopeOracle(theirs, lists), ours: new ScopeOracle(ours, lists) };
  for (const [index, { target: name }] of tables.entries()) {
    const table = name.name;
    const both = scopes.get(table);
    if (both === undefined) throw new Error(`no scopes of ${table}`);
    const inScope = {
      theirs: oracles.theirs.members(both.source, table),
      ours: oracles.ours.members(both.target, table),
    };
    const found = changes
      .filter((change) => change.table === index)
      .map((change) => {
        const sign =
          change.kind === "insert"
            ? "+"
            : change.kind === "delete"
              ? "-"
              : change.outside === true
                ? "!"
                : "~";
        return `${sign}${change.key[0]}`;
      });
    const wanted = expected({ theirs: theirs.get(table) ?? [], ours: ours.get(table) ?? [] }, inScope);
    expect(found.sort(), `case ${number}, ${table}, ${path}: ${JSON.stringify(both)}`).toEqual(wanted);
  }
}

it("scopes mean what their definition says, and no comparison reaches beyond them", async () => {
  const cases = scaled(500);
  let failures = 0;
  const details: string[] = [];
  for (let number = 0; number < cases; number += 1) {
    await oneCase(number).catch((error: unknown) => {
      failures += 1;
      details.push(error instanceof Error ? error.message : String(error));
    });
  }
  recordGuarantee({
    id: "G31",
    claim: "Scopes hold the rows that their definition says, in every comparison",
    figure: `${cases} random reference graphs with random scopes`,
    failures,
    details: details[0]?.slice(0, 200) ?? "",
  });
  expect(details).toEqual([]);
});
