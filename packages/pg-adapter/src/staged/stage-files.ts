import { CodedError } from "@syncline/core";
import type { LockRequest } from "@syncline/engine";
import type pg from "pg";
import { quoteIdentifier } from "../sql/quote.ts";
import { duplicateKey, emptyKey } from "./duplicate-key.ts";
import { type StagedType, TypeResolver } from "./file-types.ts";
import { keyBeside, type OmittedFill } from "./fill-omitted.ts";
import { type LoadedRows, loadRows } from "./load-rows.ts";
import { locateBadValue } from "./locate-bad-value.ts";
import { quotedRelation, type StagedFile } from "./staged-file.ts";
import type { StagingOptions } from "./staged-tables.ts";
import { valueCheck } from "./value-checks.ts";

/** Creates, fills and indexes the temporary tables, one after the other. */
export class StageFiles {
  readonly #client: pg.Client;
  readonly #options: StagingOptions;
  readonly #request: LockRequest;
  readonly #types: TypeResolver;

  constructor(client: pg.Client, options: StagingOptions, request: LockRequest) {
    this.#client = client;
    this.#options = options;
    this.#request = request;
    this.#types = new TypeResolver(client, options.host.schema);
  }

  /** Tells what rows leave out that others of their table do not. */
  async stage(files: readonly StagedFile[]): Promise<OmittedFill[]> {
    const fills: OmittedFill[] = [];
    for (const file of files) {
      const { uneven } = await this.#stageOne(file);
      if (uneven.length > 0) fills.push({ file, path: this.#path(file), columns: uneven });
    }
    return fills;
  }

  async #stageOne(file: StagedFile): Promise<LoadedRows> {
    const types: StagedType[] = [];
    for (const column of file.columns) types.push(await this.#types.typeOf(column));
    await this.#client.query(createStatement(file, types));
    const loaded = await this.#load(file, types);
    await this.#dropAbsent(file, loaded);
    await this.#addKey(file, loaded);
    await this.#client.query(`ANALYZE ${quotedRelation(file)}`);
    return loaded;
  }

  async #load(file: StagedFile, types: readonly StagedType[]): Promise<LoadedRows> {
    const { rows, host } = this.#options;
    const { signal } = this.#request;
    const checks = types.map(({ sql }) => valueCheck(sql));
    try {
      return await loadRows(this.#client, { files: rows, file, checks, signal });
    } catch (error) {
      if (error instanceof CodedError || signal.aborted) throw error;
      throw (
        (await locateBadValue(error, {
          connection: host.connection,
          create: createStatement(file, types),
          files: rows,
          file,
          types: types.map(({ sql }) => sql),
          signal,
        })) ?? error
      );
    }
  }

  /** Columns that no row has are no part of the table, so that the other side's values stay. */
  async #dropAbsent(file: StagedFile, { absent }: LoadedRows): Promise<void> {
    if (absent.length === 0) return;
    const key = absent.find((name) => file.key.includes(name));
    if (key !== undefined)
      throw new CodedError(
        "file.damaged",
        `${this.#path(file)}: no row has column "${key}", which is part of the key.`,
      );
    const drops = absent.map((name) => `DROP COLUMN ${quoteIdentifier(name)}`).join(", ");
    await this.#client.query(`ALTER TABLE ${quotedRelation(file)} ${drops}`);
  }

  /** A primary key; a unique index where the other side's key takes NULL too. */
  async #addKey(file: StagedFile, { rows }: LoadedRows): Promise<void> {
    if (file.key.length === 0) return;
    const like = keyBeside(file);
    const nullable = like?.nullable ?? false;
    if (!nullable && rows > 0) await emptyKey(this.#client, file, this.#path(file));
    const columns: string[] = [];
    for (const name of file.key) {
      const wanted = like?.collations?.[like.columns.indexOf(name)] ?? null;
      const collation = await this.#types.existingCollation(wanted);
      columns.push(`${quoteIdentifier(name)}${collation === null ? "" : ` COLLATE ${collation}`}`);
    }
    await this.#client.query("SAVEPOINT syncline_key");
    try {
      await this.#client.query(keyStatements(file, columns, nullable));
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== UNIQUE_VIOLATION) throw error;
      await this.#client.query("ROLLBACK TO SAVEPOINT syncline_key");
      throw await duplicateKey(this.#client, file, columns, this.#path(file));
    }
    await this.#client.query("RELEASE SAVEPOINT syncline_key");
  }

  #path(file: StagedFile): string {
    return this.#options.rows.pathOf(file.table.name);
  }
}

const UNIQUE_VIOLATION = "23505";

function createStatement(file: StagedFile, types: readonly StagedType[]): string {
  const columns = file.columns.map(({ name }, index) => {
    const { sql, collation } = types[index] as StagedType;
    return `${quoteIdentifier(name)} ${sql}${collation === null ? "" : ` COLLATE ${collation}`}`;
  });
  const hidden = [
    `${quoteIdentifier(file.hidden.line)} pg_catalog.int8 NOT NULL`,
    `${quoteIdentifier(file.hidden.referenced)} pg_catalog.bool NOT NULL`,
    `${quoteIdentifier(file.hidden.omitted)} pg_catalog.int2[]`,
  ];
  return `CREATE TEMP TABLE ${quoteIdentifier(file.relationName)} (${[...hidden, ...columns].join(", ")}) ON COMMIT DROP`;
}

function keyStatements(file: StagedFile, columns: readonly string[], nullable: boolean): string {
  const table = quotedRelation(file);
  const index = quoteIdentifier(`${file.relationName}_key`);
  const create = `CREATE UNIQUE INDEX ${index} ON ${table} (${columns.join(", ")})`;
  if (nullable) return create;
  const names = file.key.map((name) => `ALTER COLUMN ${quoteIdentifier(name)} SET NOT NULL`);
  return `ALTER TABLE ${table} ${names.join(", ")};${create}`;
}
