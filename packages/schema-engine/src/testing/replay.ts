import { execFileSync } from "node:child_process";
import { DEFINITION_SETTINGS, type SchemaDefinition, type SchemaSelection } from "@syncline/engine";
import type { TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { openSchemaEngine } from "../open-schema-engine.ts";
import type { OpenScratch } from "../rename-schemas.ts";

const TEXTS = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

export function connectTo(url: string): () => Promise<pg.Client> {
  return async () => {
    const client = new pg.Client({ connectionString: url, types: TEXTS });
    await client.connect();
    return client;
  };
}

export const EVERYTHING: SchemaSelection = {
  tables: null,
  schemas: null,
  renameSchemas: new Map(),
  signal: new AbortController().signal,
};

export function definitionOf(
  url: string,
  selection: Partial<SchemaSelection> = {},
  scratch?: OpenScratch,
): Promise<SchemaDefinition> {
  const options = { connect: connectTo(url), label: "db", ...(scratch === undefined ? {} : { scratch }) };
  return openSchemaEngine(options).define({ ...EVERYTHING, ...selection });
}

/** Runs definitions in one transaction. */
export async function replay(database: TestDatabase, { preData, postData }: SchemaDefinition): Promise<void> {
  const statements = ["BEGIN", ...DEFINITION_SETTINGS, ...preData, ...postData, "COMMIT"];
  const client = await connectTo(database.url)();
  try {
    for (const sql of statements) {
      await client.query(sql).catch((error: Error) => {
        throw new Error(`${error.message}\n${sql}`, { cause: error });
      });
    }
  } finally {
    await client.end();
  }
}

/** What `pg_dump` says a database is: its statements without comments and settings, sorted. */
export function normalisedDump(url: string, binDir: string): string[] {
  const args = ["--schema-only", "--no-owner", "--no-privileges", "--no-publications", url];
  const text = execFileSync(`${binDir}/pg_dump`, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return text
    .split(/;\n\n/)
    .map((statement) =>
      statement
        .split("\n")
        .filter((line) => !/^(--.*|SET .*;|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*|)$/.test(line))
        .join("\n"),
    )
    .filter((statement) => statement !== "")
    .sort();
}
