import { type ColumnSpec, filterTypeOf, readJson } from "@syncline/core";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { seed } from "@syncline/tooling-vitest";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";

/** A literal that a check accepts must be read by the server without an error and without changing it. */
let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase("literals");
  client = new pg.Client({
    connectionString: database.url,
    types: { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig,
  });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

const column = (base: string, name = base): ColumnSpec => ({
  name: "c",
  type: { name, base, kind: "base", portable: true },
  notNull: false,
  generated: false,
  identity: null,
  hasDefault: false,
  nondeterministicCollation: null,
});

const digits = fc.stringMatching(/^[+-]?\d{1,3}(\.\d{0,7})?(e[+-]?\d{1,2})?$/);
const clock = fc.stringMatching(/^([01]\d|2[0-5]):[0-6]\d(:[0-6]\d(\.\d{1,7})?)?$/);
const day = fc.stringMatching(/^(\d{4}|[12]\d{4}|\d{6}|58748\d\d)-(0\d|1[0-3])-[0-3]\d( BC)?$/);
const offset = fc.stringMatching(/^(Z|[+-][01]\d(:?[0-6]\d(:?[0-6]\d)?)?)?$/);
const stamp = fc
  .tuple(day, fc.constantFrom(" ", "T", "  "), clock, offset)
  .map(([date, gap, time, zone]) =>
    date.endsWith(" BC") ? `${date.slice(0, -3)}${gap}${time}${zone} BC` : `${date}${gap}${time}${zone}`,
  );
const words = fc.constantFrom(
  "",
  "now",
  "today",
  "infinity",
  "-infinity",
  "epoch",
  "NaN",
  "Infinity",
  "inf",
  "null",
  "allballs",
  " ",
  "0x10",
  "1_000",
  "tomorrow",
  "J2451187",
  "20240229",
  "Feb 29 2024",
);
const address = fc
  .oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{2,20}$/))
  .chain((text) => fc.constantFrom(text, `${text}/8`, `${text}/24`, `${text}/33`, `${text}/129`, `${text}/`));
const interval = fc.oneof(
  fc.stringMatching(
    /^P([+-]?\d{1,10}Y)?([+-]?\d{1,10}M)?(\d{1,3}W)?([+-]?\d{1,10}D)?(T([+-]?\d{1,10}H)?([+-]?\d{1,10}M)?([+-]?\d{1,12}(\.\d{1,7})?S)?)?$/,
  ),
  fc.stringMatching(
    /^([+-]?\d{1,4} years? )?([+-]?\d{1,4} mons? )?([+-]?\d{1,4} days? ?)?([+-]?\d{2,9}:[0-5]\d(:[0-5]\d(\.\d{1,6})?)?)?$/,
  ),
);

const TYPES: Readonly<Record<string, { readonly base: string; readonly literals: fc.Arbitrary<string> }>> = {
  smallint: { base: "smallint", literals: fc.oneof(digits, fc.integer().map(String)) },
  integer: {
    base: "integer",
    literals: fc.oneof(digits, fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n }).map(String)),
  },
  bigint: {
    base: "bigint",
    literals: fc.oneof(digits, fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String)),
  },
  numeric: { base: "numeric", literals: digits },
  "numeric(5,2)": { base: "numeric", literals: digits },
  "numeric(3,-2)": { base: "numeric", literals: digits },
  "numeric(3,5)": { base: "numeric", literals: fc.oneof(digits, fc.stringMatching(/^0\.00\d{1,5}$/)) },
  real: { base: "real", literals: fc.oneof(digits, fc.float().map(String), fc.double().map(String)) },
  "double precision": { base: "double precision", literals: fc.oneof(digits, fc.double().map(String)) },
  date: { base: "date", literals: day },
  "timestamp without time zone": { base: "timestamp without time zone", literals: stamp },
  "timestamp(3) without time zone": { base: "timestamp without time zone", literals: stamp },
  "timestamp with time zone": { base: "timestamp with time zone", literals: stamp },
  "time without time zone": {
    base: "time without time zone",
    literals: fc.tuple(clock, offset).map((parts) => parts.join("")),
  },
  "time with time zone": {
    base: "time with time zone",
    literals: fc.tuple(clock, offset).map((parts) => parts.join("")),
  },
  interval: { base: "interval", literals: interval },
  uuid: { base: "uuid", literals: fc.uuid() },
  inet: { base: "inet", literals: address },
  cidr: { base: "cidr", literals: address },
  macaddr: { base: "macaddr", literals: fc.stringMatching(/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/) },
  bytea: { base: "bytea", literals: fc.stringMatching(/^\\x[0-9a-fA-F]{0,6}$/) },
  "bit(3)": { base: "bit", literals: fc.stringMatching(/^[01]{0,4}$/) },
  "bit varying(3)": { base: "bit varying", literals: fc.stringMatching(/^[01]{0,4}$/) },
  "character varying(3)": {
    base: "character varying",
    literals: fc.string({ unit: "grapheme", maxLength: 4 }),
  },
  jsonb: { base: "jsonb", literals: fc.json() },
};

for (const [name, { base, literals }] of Object.entries(TYPES)) {
  it(`${name}: whatever is accepted is read exactly`, async () => {
    const type = filterTypeOf(column(base, name));
    let acceptedCount = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 9, arbitrary: literals }, words),
        fc.boolean(),
        async (text, quoted) => {
          const result = judge(type, quoted || base === "jsonb" ? JSON.stringify(text) : text);
          if (result === null) return;
          acceptedCount++;
          await expectExact(name, base, result);
        },
      ),
      { seed, numRuns: 300 },
    );
    expect(acceptedCount).toBeGreaterThan(0);
  });
}

/** The accepted text, or null when it is refused or no JSON at all. */
function judge(type: ReturnType<typeof filterTypeOf>, json: string): string | null {
  let node: ReturnType<typeof readJson>;
  try {
    node = readJson(json);
  } catch {
    return null;
  }
  const result = node.kind === "null" ? null : type.check(node);
  return result?.ok === true ? result.text : null;
}

/** The column's type, with its modifier, keeps what the type without modifier reads. */
async function expectExact(name: string, base: string, text: string): Promise<void> {
  const bare = base === "bit" ? 'pg_catalog."bit"' : base;
  const { rows } = await client.query<{ exact: string }>(
    `SELECT ($1::text::${bare}::${name}::text = $1::text::${bare}::text) AS exact`,
    [text],
  );
  if (base !== "numeric") expect([text, rows[0]?.exact]).toEqual([text, "t"]);
  else {
    const { rows: same } = await client.query<{ exact: string }>(
      `SELECT ($1::text::${name} = $1::text::numeric) AS exact`,
      [text],
    );
    expect([text, same[0]?.exact]).toEqual([text, "t"]);
  }
}
