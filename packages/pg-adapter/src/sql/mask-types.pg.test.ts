import { type MaskRule, maskFamily, possibleMasks } from "@syncline/core";
import {
  createTestDatabase,
  type TestDatabase,
  ZOO_TYPES,
  zooStatements,
} from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { named, selection, textsOf, withSnapshot } from "../read/testing/open-snapshot.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("mask_types");
  for (const statement of ZOO_TYPES) await database.query(statement);
  await database.query(zooStatements("zoo"));
});
afterAll(() => database.drop());

const RULES: Readonly<Record<MaskRule["kind"], MaskRule>> = {
  hash: { kind: "hash", length: null, domain: null },
  fake: { kind: "fake", of: "email", domain: null },
  "keep-format": { kind: "keep-format", domain: null },
  redact: { kind: "redact", text: "gone" },
  fixed: { kind: "fixed", value: null },
  null: { kind: "null" },
};

it("every type takes what it is said to take, and keeps no value but NULL", async () => {
  await withSnapshot({ url: database.url, tables: ["zoo"] }, async (snapshot) => {
    snapshot.useMaskKey(Buffer.from("0123456789abcdef"));
    const zoo = named(snapshot, "zoo");
    const plain = await textsOf(snapshot, selection(zoo));
    let tried = 0;
    for (const [at, column] of zoo.columns.entries()) {
      if (column.name === "id") continue; // rows come in its order
      for (const kind of possibleMasks(column)) {
        if (column.name === "c_email" && kind !== "fake") continue; // its check may want another form
        const masks = new Map([[column.name, RULES[kind]]]);
        const rows = await textsOf(snapshot, { ...selection(zoo), masks });
        tried += 1;
        for (const [index, row] of rows.entries()) {
          const original = plain[index]?.[at] ?? null;
          const value = row[at] ?? null;
          const others = (each: readonly unknown[] | undefined) => each?.filter((_, place) => place !== at);
          expect(others(row)).toEqual(others(plain[index]));
          if (kind === "null" || kind === "fixed" || original === null) expect(value).toBeNull();
          else if (/[A-Za-z0-9]/.test(original) && maskFamily(column.type) !== "other")
            expect(value, `${column.name} ${kind}`).not.toBe(original);
        }
      }
    }
    expect(tried).toBeGreaterThan(150);
  });
});
