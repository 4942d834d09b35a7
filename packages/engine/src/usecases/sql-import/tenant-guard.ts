import { CodedError, type QualifiedName } from "@syncline/core";
import type { SqlObject, SqlStatement } from "../../ports/sql-import.ts";

/** The tenant that an SQL file is imported into. */
export interface SqlTenant {
  readonly schema: string;
  /** Tables that the target's locator names, or null for all. */
  readonly tables: readonly QualifiedName[] | null;
  /** Tables hold rows of several tenants. */
  readonly shared: boolean;
}

/** What an SQL file may write: the tenant's own tables, and what the file itself made. */
export class TenantGuard {
  readonly #tenant: SqlTenant;
  readonly #made = new Set<string>();
  #pathIsOurs = true;

  constructor(tenant: SqlTenant) {
    this.#tenant = tenant;
  }

  /** @throws CodedError `scope.exceeded` for rows or objects that another tenant has */
  check(statement: SqlStatement): void {
    if (statement.kind === "copy" || statement.kind === "insert") {
      if (!this.#isOurs(statement.table)) throw this.#outside(statement.table);
    } else if (statement.kind === "known" && statement.object !== undefined) {
      const { object, makes } = statement;
      if (!makes && !this.#mayChange(object)) throw this.#outside(object);
    }
  }

  /** After it ran. */
  note(statement: SqlStatement): void {
    if (statement.kind !== "known") return;
    if (statement.setsPath === true) this.#pathIsOurs = false;
    if (statement.makes && statement.object !== undefined) {
      const { schema, name } = statement.object;
      this.#made.add(keyOf({ schema, name }));
      if (schema !== null && name !== null) this.#made.add(keyOf({ schema, name: "" }));
    }
  }

  #isOurs(table: QualifiedName | null): boolean {
    if (table === null) return this.#pathIsOurs && !this.#tenant.shared && this.#tenant.tables === null;
    return this.#isMade(table) || (!this.#tenant.shared && this.#isListed(table));
  }

  /** Indexes, triggers, sequences: of a table of ours, or anything else in the tenant's schema. */
  #mayChange(object: SqlObject): boolean {
    if (object.schema === null) return this.#pathIsOurs;
    return (
      object.schema === this.#tenant.schema ||
      this.#isMade(object) ||
      (object.isState && this.#made.has(keyOf({ schema: object.schema, name: "" })))
    );
  }

  #isListed({ schema, name }: QualifiedName): boolean {
    const { tables } = this.#tenant;
    if (tables === null) return schema === this.#tenant.schema;
    return tables.some((table) => table.schema === schema && table.name === name);
  }

  #isMade({ schema, name }: Pick<SqlObject, "schema" | "name">): boolean {
    return this.#made.has(keyOf({ schema, name })) || this.#made.has(keyOf({ schema, name: null }));
  }

  #outside(object: Pick<SqlObject, "schema" | "name"> | null): CodedError {
    const what =
      object === null || object.schema === null
        ? "a table without its schema"
        : `"${object.schema}"."${object.name ?? ""}"`;
    const where = this.#tenant.shared
      ? "whose tables hold rows of other tenants too"
      : `which is not what the target names`;
    return new CodedError("scope.exceeded", `the statement writes ${what}, ${where}. Nothing was written.`, {
      hint: "Name a target that holds these tables; rows of one tenant of shared tables go as yaml, json or ndjson.",
    });
  }
}

/** A schema has no name in it; the empty name stands for a schema in which something was made. */
function keyOf({ schema, name }: { readonly schema: string | null; readonly name: string | null }): string {
  return JSON.stringify([schema, name]);
}
