import { CodedError, formatIdentifier } from "@syncline/core";
import { DEFINITION_SETTINGS, type SchemaSelection } from "@syncline/engine";
import type pg from "pg";
import type { OpenConnection } from "./catalog-connection.ts";
import { type DefinedStages, defineStages } from "./define.ts";
import { extractFacts } from "./extract-facts.ts";
import { quoteIdentifier } from "./quote.ts";

/** An empty database that is thrown away. */
export interface ScratchDatabase {
  readonly connect: OpenConnection;
  drop(): Promise<void>;
}

export type OpenScratch = () => Promise<ScratchDatabase>;

interface RenameOptions {
  readonly selection: SchemaSelection;
  readonly scratch: OpenScratch | undefined;
  readonly tag: string;
}

/** The same definitions under other schema names: made in a scratch database, renamed by the server, read again. */
export async function renamedStages(stages: DefinedStages, options: RenameOptions): Promise<DefinedStages> {
  const { selection, scratch, tag } = options;
  if (scratch === undefined) {
    throw new CodedError("schema.unsupported", "Definitions cannot be made under another schema name here.");
  }
  const database = await scratch();
  try {
    await replay(await database.connect(), stages, selection.renameSchemas);
    const state = await extractFacts({ connect: database.connect, snapshot: null }, selection.signal);
    const renamed = defineStages(state, { tables: null, schemas: null }, tag);
    refuseOldNames(renamed, selection.renameSchemas);
    const schemaOf = (schema: string) => selection.renameSchemas.get(schema) ?? schema;
    const sequences = stages.sequences.map((each) => ({
      ...each,
      name: { ...each.name, schema: schemaOf(each.name.schema) },
    }));
    return { ...renamed, sequences, uncovered: stages.uncovered };
  } finally {
    await database.drop();
  }
}

async function replay(
  client: pg.Client,
  { preData, postData, roles }: DefinedStages,
  renames: ReadonlyMap<string, string>,
): Promise<void> {
  try {
    await client.query(DEFINITION_SETTINGS.join(";"));
    await makeRoles(client, roles);
    for (const { sql } of [...preData, ...postData]) await run(client, sql);
    await rename(client, renames);
  } finally {
    await client.end();
  }
}

async function run(client: pg.Client, sql: string): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CodedError(
      "schema.unsupported",
      `The definitions cannot be made under another schema name: ${reason}`,
      { hint: "Create the tables in the target by hand.", cause: error },
    );
  }
}

/** Policies name roles, which the scratch server does not have. */
async function makeRoles(client: pg.Client, roles: readonly string[]): Promise<void> {
  for (const role of roles) {
    const found = await client.query("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1", [role]);
    if (found.rowCount === 0) await client.query(`CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`);
  }
}

/** By way of names that nobody has, so that names can also be swapped; extensions stay where they are. */
async function rename(client: pg.Client, renames: ReadonlyMap<string, string>): Promise<void> {
  const present = await schemas(client);
  const steps = [...renames]
    .filter(([from]) => present.has(from))
    .map(([from, to], index) => ({ from, to, index }));
  const extensions = await extensionsIn(
    client,
    steps.map(({ from }) => from),
  );
  if (extensions.length > 0) await client.query('CREATE SCHEMA "syncline_aside"');
  for (const { name } of extensions) await moveExtension(client, name, "syncline_aside");
  for (const { from, index } of steps) await alter(client, from, `syncline_${index}`);
  for (const { to, index } of steps) {
    await client.query(`DROP SCHEMA IF EXISTS ${quoteIdentifier(to)}`);
    await alter(client, `syncline_${index}`, to);
  }
  for (const { name, schema } of extensions) {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`);
    await moveExtension(client, name, schema);
  }
  if (extensions.length > 0) await client.query('DROP SCHEMA "syncline_aside"');
}

async function schemas(client: pg.Client): Promise<Set<string>> {
  const { rows } = await client.query("SELECT nspname FROM pg_catalog.pg_namespace");
  return new Set(rows.map(({ nspname }) => String(nspname)));
}

async function extensionsIn(
  client: pg.Client,
  names: readonly string[],
): Promise<{ name: string; schema: string }[]> {
  const { rows } = await client.query(
    `SELECT e.extname AS name, n.nspname AS schema FROM pg_catalog.pg_extension e
     JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE n.nspname = ANY ($1::text[])`,
    [names],
  );
  return rows as { name: string; schema: string }[];
}

function moveExtension(client: pg.Client, name: string, schema: string): Promise<void> {
  return run(client, `ALTER EXTENSION ${quoteIdentifier(name)} SET SCHEMA ${quoteIdentifier(schema)}`);
}

function alter(client: pg.Client, from: string, to: string): Promise<void> {
  return run(client, `ALTER SCHEMA ${quoteIdentifier(from)} RENAME TO ${quoteIdentifier(to)}`);
}

/** The server renames what it understands; the text of a function keeps the old name and would reach the old rows. */
function refuseOldNames({ preData, postData }: DefinedStages, renames: ReadonlyMap<string, string>): void {
  const taken = new Set(renames.values());
  for (const from of renames.keys()) {
    if (taken.has(from)) continue;
    const qualifier = new RegExp(`(^|[^\\w$])"?${escapeRegExp(from)}"?\\s*\\.`, "i");
    const found = [...preData, ...postData].find(
      ({ sql, object }) => /^(function|procedure):/.test(object) && qualifier.test(sql),
    );
    if (found === undefined) continue;
    throw new CodedError(
      "schema.unsupported",
      `A routine names schema "${formatIdentifier(from)}" in its text: ${found.object.slice(0, 200)}.`,
      {
        hint: "Let it use names without a schema and SET search_path, or create the tables in the target by hand.",
        details: { schema: from },
      },
    );
  }
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
