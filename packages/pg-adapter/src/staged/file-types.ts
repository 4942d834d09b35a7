import type pg from "pg";
import { quoteIdentifier } from "../sql/quote.ts";
import type { StagedFileColumn } from "./staged-file.ts";

/** SQL spelling of a column's type in the staging database, and the collation that its values compare by. */
export interface StagedType {
  readonly sql: string;
  readonly collation: string | null;
}

const WORD = String.raw`(?:[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|"(?:[^"\0]|"")+")`;
/** A type's name and nothing that could be more: words, digits in parentheses, empty brackets. No comments. */
const TYPE_NAME = new RegExp(
  String.raw`^${WORD}(?:[ .]${WORD})*(?: ?\(\d{1,9}(?: ?, ?-?\d{1,9})?\))?(?: ${WORD})*(?:\[\])*$`,
);
const QUALIFIED = new RegExp(String.raw`^${WORD}\.(.+)$`);

/** Resolves type names inside the open transaction, each name once. */
export class TypeResolver {
  readonly #client: pg.Client;
  readonly #schema: string;
  readonly #known = new Map<string, Promise<string | null>>();

  constructor(client: pg.Client, tenantSchema: string) {
    this.#client = client;
    this.#schema = tenantSchema;
  }

  /** The file's own type, else the tenant's type of that name, else the other side's column type, else text. */
  async typeOf(column: StagedFileColumn): Promise<StagedType> {
    const names = this.#candidates(column);
    for (const name of names) {
      const sql = await this.#resolve(name);
      if (sql !== null) return { sql, collation: await this.#collation(column, sql) };
    }
    return { sql: "pg_catalog.text", collation: await this.#collation(column, "pg_catalog.text") };
  }

  /** The other side's type goes first where only its schema differs: tenants have types of their own. */
  #candidates({ declared, partner }: StagedFileColumn): string[] {
    const beside = partner?.type.name ?? null;
    const [own, other] = [this.#spellings(declared), this.#spellings(beside)];
    const alike = declared !== null && beside !== null && localName(declared) === localName(beside);
    return alike ? [...other, ...own] : [...own, ...other];
  }

  #spellings(name: string | null): string[] {
    if (name === null) return [];
    const local = QUALIFIED.exec(name)?.[1];
    return local === undefined ? [name] : [name, `${quoteIdentifier(this.#schema)}.${local}`];
  }

  #resolve(name: string): Promise<string | null> {
    const known = this.#known.get(name) ?? this.#ask(name);
    this.#known.set(name, known);
    return known;
  }

  async #ask(name: string): Promise<string | null> {
    if (!TYPE_NAME.test(name)) return null;
    const text = `SELECT EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.oid = pg_catalog.to_regtype($1)
      AND t.typtype <> 'p' AND t.typisdefined AND pg_catalog.has_type_privilege(t.oid, 'USAGE'))`;
    return (await this.#holds(text, name)) ? name : null;
  }

  /** Only where the other side's equality is wider than bytes, and only where that collation exists here. */
  async #collation({ partner }: StagedFileColumn, sql: string): Promise<string | null> {
    const name = partner?.nondeterministicCollation ?? null;
    return name !== null && (await this.#collates(sql)) ? this.#existing(name) : null;
  }

  async existingCollation(name: string | null): Promise<string | null> {
    return name === null ? null : this.#existing(name);
  }

  #collates(sql: string): Promise<boolean> {
    const text = `SELECT EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.oid = pg_catalog.to_regtype($1) AND t.typcollation <> 0)`;
    return this.#holds(text, sql);
  }

  async #existing(name: string): Promise<string | null> {
    return (await this.#holds("SELECT pg_catalog.to_regcollation($1) IS NOT NULL", name)) ? name : null;
  }

  /** A name that does not parse is an error of the server, which must not end the transaction. */
  async #holds(text: string, name: string): Promise<boolean> {
    await this.#client.query("SAVEPOINT syncline_type");
    try {
      const { rows } = await this.#client.query({ text, values: [name], rowMode: "array" });
      return (rows as unknown as string[][])[0]?.[0] === "t";
    } catch (error) {
      if (!isServerError(error)) throw error;
      await this.#client.query("ROLLBACK TO SAVEPOINT syncline_type");
      return false;
    } finally {
      await this.#client.query("RELEASE SAVEPOINT syncline_type").catch(() => {});
    }
  }
}

function localName(type: string): string {
  return QUALIFIED.exec(type)?.[1] ?? type;
}

function isServerError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith("57");
}
