import type { KeyList, RowScope } from "@syncline/core";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readTableInfos } from "../catalog/read-table-specs.ts";
import { pinStatements } from "../connection/pins.ts";
import { compileMask } from "../sql/mask-sql.ts";
import type { ScopeTable } from "../sql/scope-parts.ts";
import { compileScope } from "../sql/scope-sql.ts";
import { KeyLists } from "./key-lists.ts";
import { pageRange } from "./page-range.ts";
import { conditions, fromTable } from "./row-sql.ts";
import { inPublic } from "./testing/open-snapshot.ts";

const ROOTS = 50_000;
const RAW_TEXT = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("scope_plans");
  await database.query(`CREATE TABLE person (id int PRIMARY KEY, mail text NOT NULL, manager int);
    CREATE TABLE identity (id int PRIMARY KEY, person int, label text); CREATE TABLE token (id int PRIMARY KEY, identity int);
    INSERT INTO person SELECT n, 'p' || n, n / 2 FROM generate_series(1, 100000) n;
    INSERT INTO identity SELECT n, n / 2, 'x' FROM generate_series(1, 200000) n; INSERT INTO token SELECT n, n FROM generate_series(1, 200000) n`);
});
afterAll(() => database.drop());

const EQUALS = ["pg_catalog.="];
const related = (column: string, table: string, otherColumn: string, where: RowScope): RowScope => ({
  kind: "related",
  table: inPublic(table),
  columns: [column],
  otherColumns: [otherColumn],
  operators: EQUALS,
  where,
});
const ROOT: RowScope = { kind: "keys", list: "roots", columns: ["id"], operators: EQUALS };
const BY_MAIL: RowScope = { kind: "keys", list: "mails", columns: ["mail"], operators: EQUALS };
const IDENTITIES = related("person", "person", "id", ROOT);
const TOKENS = related("identity", "identity", "id", IDENTITIES);
const EDGES = [
  { from: 0, to: 0, fromColumns: ["id"], toColumns: ["manager"], operators: EQUALS },
  { from: 0, to: 1, fromColumns: ["id"], toColumns: ["person"], operators: EQUALS },
];
const closure = (table: number): RowScope => ({
  kind: "closure",
  table,
  tables: [
    { name: inPublic("person"), seed: ROOT },
    { name: inPublic("identity"), seed: { kind: "none" } },
  ],
  edges: EDGES,
});

const CASES: readonly (readonly [string, string, RowScope, number])[] = [
  ["roots by their key", "person", ROOT, ROOTS],
  ["roots by a column without an index", "person", BY_MAIL, ROOTS],
  ["children without an index", "identity", IDENTITIES, 2 * ROOTS],
  ["grandchildren", "token", TOKENS, 2 * ROOTS],
  ["all but the grandchildren", "token", { kind: "not", item: TOKENS }, 200_000 - 2 * ROOTS],
  [
    "one or the other",
    "identity",
    { kind: "or", items: [IDENTITIES, related("id", "token", "identity", { kind: "all" })] },
    200_000,
  ],
  [
    "neither",
    "identity",
    {
      kind: "not",
      item: { kind: "and", items: [IDENTITIES, related("id", "token", "identity", { kind: "all" })] },
    },
    200_000 - 2 * ROOTS,
  ],
  ["a closure", "person", closure(0), 100_000],
  ["what a closure reaches in another table", "identity", closure(1), 199_999],
  ["all but a closure", "identity", { kind: "not", item: closure(1) }, 1],
];

interface PlanNode {
  readonly "Node Type": string;
  readonly "Actual Loops"?: number;
  readonly "Actual Rows"?: number;
  readonly Plans?: readonly PlanNode[];
}

interface Explained {
  readonly "QUERY PLAN": readonly [{ readonly Plan: PlanNode; readonly "Execution Time": number }];
}

function nodes(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)];
}

async function run(table: string, scope: RowScope) {
  const ids = Array.from({ length: ROOTS }, (_, at) => [String(at + 1)]);
  const lists = new KeyLists();
  lists.add(
    new Map<string, KeyList>([
      ["roots", { types: ["integer"], tuples: ids }],
      ["mails", { types: ["text"], tuples: ids.map(([id]) => [`p${id}`]) }],
    ]),
  );
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(
      `BEGIN; ${pinStatements(140_000)}; SET LOCAL work_mem = '64MB'; SET LOCAL max_parallel_workers_per_gather = 0`,
    );
    for (const [name, value] of lists.settings)
      await client.query("SELECT set_config($1, $2, true)", [name, value]);
    const about = (name: string): ScopeTable => ({
      from: `ONLY public.${name}`,
      hasRowAddresses: true,
      tenant: null,
      collations: new Map(),
    });
    const context = {
      table: ({ name }: { readonly name: string }) => about(name),
      list: (name: string) => lists.from(name),
    };
    const condition = compileScope(scope, { alias: "t", table: about(table) }, context);
    const statement = `SELECT count(*) FROM ONLY public.${table} AS t WHERE (${condition})`;
    const explained = await client.query<Explained>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT json) ${statement}`,
    );
    const [found] = explained.rows[0]?.["QUERY PLAN"] ?? [];
    if (found === undefined) throw new Error("no plan");
    const count = found.Plan.Plans?.[0]?.["Actual Rows"] ?? 0;
    return { count, milliseconds: found["Execution Time"], plan: found.Plan };
  } finally {
    await client.end();
  }
}

/** Nothing but an index or an address is asked once a row. */
it.each(["as they were loaded", "analysed"])(
  "50,000 roots in tables %s: whole sets are joined",
  async (state) => {
    if (state === "analysed") await database.query("ANALYZE");
    for (const [what, table, scope, count] of CASES) {
      const found = await run(table, scope);
      expect([what, found.count]).toEqual([what, count]);
      const repeated = nodes(found.plan).filter(
        (node) => (node["Actual Loops"] ?? 0) > 1_000 && !/Index|Tid/.test(node["Node Type"]),
      );
      expect([what, repeated.map((node) => node["Node Type"])]).toEqual([what, []]);
      expect(found.milliseconds, what).toBeLessThan(30_000);
    }
  },
);

it("slices of masked rows are ranges of pages still, and a scope is asked before the mask", async () => {
  const client = new pg.Client({ connectionString: database.url, types: RAW_TEXT });
  await client.connect();
  try {
    const filter = { schema: "public", tenantColumn: null, selection: { kind: "all" } } as const;
    const info = (await readTableInfos(client, filter)).find(({ spec }) => spec.name.name === "person");
    const type = info?.spec.columns.find(({ name }) => name === "mail")?.type;
    if (info === undefined || type === undefined) throw new Error("no table");
    const rule = { kind: "hash", length: 12, domain: null } as const;
    const masks = new Map([["mail", compileMask(rule, { expression: 't."mail"', type })]]);
    const plan = {
      table: info.spec,
      compared: [],
      carried: [],
      key: null,
      hash: "pg-record-hash-1",
      filter: null,
    } as const;
    const sql = { plan, info, tenant: null, scope: "t.mail = 'p7'", filter: null, masks };
    const range = pageRange(info, { index: 1, of: 4 });
    const statement = `SELECT t.id, t.mail FROM ${fromTable(sql)}${conditions(sql, "all", [range ?? ""])}`;
    const { rows } = await client.query<{ "QUERY PLAN": string }>(`EXPLAIN (COSTS OFF) ${statement}`);
    const lines = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(lines).toMatch(/^Tid Range Scan on person t\n\s+TID Cond: /);
    expect(lines).toMatch(/Filter: \(mail = 'p7'::text\)/);
  } finally {
    await client.end();
  }
});
