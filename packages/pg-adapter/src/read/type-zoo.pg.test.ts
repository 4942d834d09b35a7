import {
  createTestDatabase,
  findInstalledBinDir,
  startSecondServer,
  type TestDatabase,
  TYPE_ZOO,
  ZOO_TYPES,
} from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare } from "./testing/compare-databases.ts";

const MANY = TYPE_ZOO.length;

const bare = (type: string) => type.replace(/ COLLATE .*/, "");

/** A table for each type: one row a literal and one with NULL. */
function zooTables(): string[] {
  return TYPE_ZOO.flatMap(({ name, type, samples }) => [
    `CREATE TABLE ${name} (k int PRIMARY KEY, v ${type})`,
    ...["NULL", ...samples].map(
      (sample, index) => `INSERT INTO ${name} VALUES (${index}, CAST(${sample} AS ${bare(type)}))`,
    ),
  ]);
}

async function load(database: TestDatabase): Promise<void> {
  for (const statement of ZOO_TYPES) await database.query(statement);
  await database.query(zooTables().join(";"));
}

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([createTestDatabase("zoo_source"), createTestDatabase("zoo_target")]);
  await Promise.all([load(source), load(target)]);
});
afterAll(() => Promise.all([source?.drop(), target?.drop()]));

it("has enough types", () => expect(MANY).toBeGreaterThanOrEqual(60));

it("equal data of every type is equal", async () => {
  const { changes, result } = await compare(source, target);
  expect(changes).toEqual([]);
  expect(result.tables).toHaveLength(MANY);
});

it("values that went through their text form are equal", async () => {
  const through = await createTestDatabase("zoo_through");
  try {
    await load(through);
    const statements = TYPE_ZOO.map(
      ({ name, type }) => `UPDATE ${name} SET v = format('%s', v)::${bare(type)} WHERE num_nulls(v) = 0`,
    );
    await through.query(statements.join(";"));
    expect((await compare(source, through)).changes).toEqual([]);
  } finally {
    await through.drop();
  }
});

it("any two different values of a type are told apart", async () => {
  const shifted = await createTestDatabase("zoo_shifted");
  try {
    await load(shifted);
    const many = TYPE_ZOO.filter(({ samples }) => samples.length > 1);
    await shifted.query(
      many
        .map(
          ({ name, type, samples }) =>
            `UPDATE ${name} SET v = CAST(${samples[1]} AS ${bare(type)}) WHERE k = 1`,
        )
        .join(";"),
    );
    const { changes } = await compare(source, shifted);
    const found = new Set(changes.map((change) => change.table));
    expect(changes.every((change) => change.kind === "update" && change.key[0] === "1")).toBe(true);
    expect(found.size).toBe(many.length);
  } finally {
    await shifted.drop();
  }
});

describe.skipIf(findInstalledBinDir(15) === null)("another version", () => {
  it("equal data of every type is equal", async () => {
    const server = await startSecondServer({ major: 15 });
    if (server === null) throw new Error("an installed server did not start");
    try {
      const older = await createTestDatabase("zoo_older", { serverUrl: server.url() });
      await load(older);
      const { changes, result } = await compare(source, older);
      expect(changes).toEqual([]);
      expect(result.tables).toHaveLength(MANY);
      await older.drop();
    } finally {
      await server.stop();
    }
  });
});
