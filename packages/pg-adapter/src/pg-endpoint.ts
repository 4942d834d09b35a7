import type { QualifiedName, TableSelection } from "@syncline/core";
import type { Endpoint, LockedTables, LockRequest } from "@syncline/engine";
import { LockedDatabase } from "./connection/locked-database.ts";
import type { PgScope } from "./scope.ts";

export interface PgEndpointOptions {
  readonly scope: PgScope;
  readonly tables: TableSelection;
  /** How people know it; without secrets. */
  readonly label: string;
  /** Its primary, when it is a replica: reading waits until what the primary has now is replayed. */
  readonly replicaOf?: PgScope;
}

/** A PostgreSQL database, schema or tenant as an endpoint. Connects when it is first asked for rows. */
export async function openPgEndpoint(options: PgEndpointOptions): Promise<Endpoint> {
  return new PgEndpoint(options);
}

class PgEndpoint implements Endpoint {
  readonly #options: PgEndpointOptions;
  readonly #opened = new Set<LockedDatabase>();

  constructor(options: PgEndpointOptions) {
    this.#options = options;
  }

  get label(): string {
    return this.#options.label;
  }

  get tenantSchema(): string {
    return this.#options.scope.schema;
  }

  get named(): readonly QualifiedName[] | null {
    const { tables, scope } = this.#options;
    return tables.kind === "all"
      ? null
      : tables.names.map(({ schema, name }) => ({ schema: schema ?? scope.schema, name }));
  }

  async lock(request: LockRequest): Promise<LockedTables> {
    const database = new LockedDatabase(this.#options, request);
    this.#opened.add(database);
    await database.lock();
    return database;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened].map((database) => database.close()));
    this.#opened.clear();
  }
}
