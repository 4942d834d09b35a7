import { createDefinitions, type RunContext } from "@syncline/engine";
import { type TestDatabase, withDatabase } from "@syncline/tooling-test-postgres";
import { describe, expect, it } from "vitest";
import { openDefinitionTarget } from "./definition-target.ts";
import { connectTo, definitionOf } from "./testing/replay.ts";

const warnings: string[] = [];
const ctx: RunContext = {
  signal: new AbortController().signal,
  progress: () => {},
  warn: (message) => void warnings.push(message),
  actor: null,
  now: () => new Date(),
  randomBytes: (length) => new Uint8Array(length),
};

const targetOf = (database: TestDatabase) =>
  openDefinitionTarget({ connect: connectTo(database.url), label: "target" });

const SOURCE = `CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE one (id int PRIMARY KEY, m mood); CREATE TABLE two (id int REFERENCES one); COMMENT ON TABLE one IS 'one'`;

async function create(
  source: string,
  target: string,
  options: { dryRun?: boolean; load?: () => Promise<void> } = {},
) {
  return withDatabase((from) =>
    withDatabase(async (to) => {
      await from.query(source);
      await to.query(target);
      const input = {
        ctx,
        definition: await definitionOf(from.url),
        target: targetOf(to),
        dryRun: false,
        ...options,
      };
      const result = await createDefinitions(input);
      return {
        result,
        tables: await to.query(
          "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND oid >= 16384 ORDER BY 1",
        ),
      };
    }),
  );
}

describe("making definitions in a target", () => {
  it("makes what is missing, loads, then makes the rest", async () => {
    const order: string[] = [];
    const { result, tables } = await create(SOURCE, "CREATE TABLE mine (a int)", {
      load: async () => void order.push("load"),
    });
    expect(order).toEqual(["load"]);
    expect(result.created).toEqual(
      expect.arrayContaining(["type:public.mood", "table:public.one", "table:public.two"]),
    );
    expect(tables).toEqual([{ name: "mine" }, { name: "one" }, { name: "two" }]);
  });

  it("leaves what is there as it is and tells what differs", async () => {
    warnings.length = 0;
    const there = "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE one (id int PRIMARY KEY, extra int)";
    const { result } = await create(SOURCE, there);
    expect(result).toMatchObject({
      created: ["table:public.two"],
      kept: expect.arrayContaining(["type:public.mood", "table:public.one"]),
      differing: ["table:public.one"],
    });
    expect(warnings).toHaveLength(1);
  });

  it("refuses a type that is there with another definition", async () => {
    const there = "CREATE TYPE mood AS ENUM ('b', 'a')";
    await expect(create(SOURCE, there)).rejects.toMatchObject({ code: "schema.mismatch" });
  });

  it("makes nothing in a dry run, and nothing when a statement fails", async () => {
    const { result, tables } = await create(SOURCE, "", { dryRun: true });
    expect(result.created).toContain("table:public.one");
    expect(tables).toEqual([]);
    const failing = "CREATE TABLE a (id int); CREATE VIEW one AS SELECT 1 AS x";
    await expect(create(SOURCE, failing)).rejects.toMatchObject({
      code: "schema.mismatch",
      message: expect.stringContaining("table one"),
    });
  });
});
