import {
  createTestDatabase,
  findInstalledBinDir,
  startSecondServer,
  type TestDatabase,
  type TestDatabaseOptions,
} from "@syncline/tooling-test-postgres";
import { scale, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { definitionOf, normalisedDump, replay } from "./testing/replay.ts";
import { NEWER_CORPUS, SCHEMA_CORPUS } from "./testing/schema-corpus.ts";

/** The database of a schema, and one made of its definitions. */
async function replayed<T>(
  sql: string,
  options: TestDatabaseOptions,
  use: (original: TestDatabase, copy: TestDatabase) => Promise<T>,
): Promise<T> {
  const original = await createTestDatabase("original", options);
  const copy = await createTestDatabase("copy", options);
  try {
    await original.query(sql);
    await replay(copy, await definitionOf(original.url));
    return await use(original, copy);
  } finally {
    await original.drop();
    await copy.drop();
  }
}

describe("definitions planned from an empty database", () => {
  const some = Object.entries(SCHEMA_CORPUS).filter((_, index) => scale === 1 || index % 4 === seed % 4);
  it.each([...some, ...Object.entries(NEWER_CORPUS)])("makes %s again", async (_name, sql) => {
    await replayed(sql, {}, async (original, copy) => {
      const [before, after] = [await definitionOf(original.url), await definitionOf(copy.url)];
      expect([...after.preData, ...after.postData]).toEqual([...before.preData, ...before.postData]);
      expect(before.uncovered).toEqual([]);
      expect(await columnsOf(copy)).toEqual(await columnsOf(original));
    });
  });
});

const INSTALLED = findInstalledBinDir(15);

describe.skipIf(INSTALLED === null)("checked against pg_dump --schema-only", () => {
  let server: Awaited<ReturnType<typeof startSecondServer>>;
  beforeAll(async () => {
    server = await startSecondServer({ major: 15 });
  });
  afterAll(() => server?.stop());

  it.each(Object.entries(SCHEMA_CORPUS))("%s", async (_name, sql) => {
    await replayed(sql, { serverUrl: server?.url() ?? "" }, async (original, copy) => {
      const dumps = [original, copy].map(({ url }) => normalisedDump(url, INSTALLED ?? ""));
      expect(dumps[1]).toEqual(dumps[0]);
    });
  });
});

/** Live columns in their order, with what else the catalog says of them. */
function columnsOf(database: TestDatabase): Promise<unknown[]> {
  return database.query(`SELECT c.oid::regclass::text AS relation, a.attname, format_type(a.atttypid, a.atttypmod) AS type,
      a.attnotnull, a.attidentity, a.attgenerated, a.attislocal, a.attinhcount, a.attstorage, a.attcompression,
      pg_get_expr(d.adbin, d.adrelid) AS expression, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum) AS position
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'c')
    ORDER BY 1, position`);
}
