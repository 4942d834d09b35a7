import pg from "pg";
import { createItems, type Edit } from "./dataset.ts";

/** The benchmark's databases: one pristine original, and copies of it that edits and patches change. */
export class Databases {
  readonly #url: (database: string) => string;

  constructor(url: (database: string) => string) {
    this.#url = url;
  }

  url(database: string): string {
    return this.#url(database);
  }

  locator(database: string): string {
    return `${this.#url(database)}#public:items`;
  }

  async open(database: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#url(database) });
    client.on("error", () => {});
    await client.connect();
    return client;
  }

  async run(database: string, statements: readonly string[]): Promise<void> {
    const client = await this.open(database);
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  }

  async createOriginal(rows: number): Promise<void> {
    await this.run("postgres", ["CREATE DATABASE original"]);
    const client = await this.open("original");
    try {
      await createItems(client, rows);
    } finally {
      await client.end();
    }
  }

  /** A fresh copy of the original; an existing database of that name is dropped first. */
  async copyOriginal(name: string): Promise<void> {
    await this.run("postgres", [
      `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`,
      `CREATE DATABASE ${name} TEMPLATE original STRATEGY file_copy`,
    ]);
  }

  /** A fresh database, after `statements`; an existing one of that name is dropped first. */
  async createFresh(name: string, statements: readonly string[]): Promise<void> {
    await this.run("postgres", [`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, `CREATE DATABASE ${name}`]);
    await this.run(name, [...statements, "CHECKPOINT"]);
  }

  async copyEdited(name: string, edit: Edit): Promise<void> {
    await this.copyOriginal(name);
    await this.run(name, [...edit.statements, "VACUUM (ANALYZE) public.items", "CHECKPOINT"]);
  }

  async serverMajor(): Promise<number> {
    const client = await this.open("postgres");
    try {
      const result = await client.query("SELECT current_setting('server_version_num')::int / 10000 AS major");
      return Number(result.rows[0].major);
    } finally {
      await client.end();
    }
  }

  async size(database: string): Promise<number> {
    const client = await this.open(database);
    try {
      const result = await client.query("SELECT pg_table_size('public.items')::text AS size");
      return Number(result.rows[0].size);
    } finally {
      await client.end();
    }
  }
}
