import type { QualifiedName } from "@syncline/core";
import type { Endpoint, LockedTables, LockRequest, RowFiles } from "@syncline/engine";
import { cannotStage, openPgEndpoint, openStagedEndpoint, type PgScope } from "@syncline/pg-adapter";
import type { EmbeddedPostgres } from "./embedded-postgres/index.ts";
import type { Place } from "./place.ts";

export interface RowsEndpointOptions {
  /** Or how to get them, for when they are first needed. */
  readonly files: RowFiles | ((signal: AbortSignal) => Promise<RowFiles>);
  /** The live other side, whose database casts and hashes the rows; null starts the embedded PostgreSQL for it. */
  readonly beside: Place | null;
  /** How people know the rows. */
  readonly label: string;
}

const DEFAULT_SCHEMA = "public";

/**
 * Rows of files as an endpoint, cast and hashed by the other side's database, or by the embedded PostgreSQL when there
 * is none or it allows no temporary tables. Closing it also closes the files.
 */
export class RowsEndpoint implements Endpoint {
  readonly named: readonly QualifiedName[] | null = null;
  readonly #options: RowsEndpointOptions;
  readonly #opened: Endpoint[] = [];
  #embedded: EmbeddedPostgres | null = null;
  #files: RowFiles | null;

  constructor(options: RowsEndpointOptions) {
    this.#options = options;
    this.#files = typeof options.files === "function" ? null : options.files;
  }

  get label(): string {
    return this.#options.label;
  }

  get tenantSchema(): string {
    return this.#options.beside?.scope.schema ?? DEFAULT_SCHEMA;
  }

  async lock(request: LockRequest): Promise<LockedTables> {
    const { beside } = this.#options;
    if (beside === null) return this.#stage(await this.#embeddedHost(), request);
    try {
      return await this.#stage(beside.scope, request);
    } catch (error) {
      if (!cannotStage(error)) throw error;
    }
    return this.#stage(await this.#embeddedHost(), request);
  }

  async #stage(host: PgScope, request: LockRequest): Promise<LockedTables> {
    const { label, beside } = this.#options;
    const files = await this.#openedFiles(request.signal);
    const partner = beside === null ? null : await openPgEndpoint(catalogOf(beside));
    try {
      const staged = await openStagedEndpoint({
        rows: files,
        host,
        label,
        ...(partner === null ? {} : { partner }),
      });
      this.#opened.push(staged);
      return await staged.lock(request);
    } finally {
      await partner?.close();
    }
  }

  async #openedFiles(signal: AbortSignal): Promise<RowFiles> {
    const { files } = this.#options;
    this.#files ??= typeof files === "function" ? await files(signal) : files;
    return this.#files;
  }

  async #embeddedHost(): Promise<PgScope> {
    const { startEmbeddedPostgres } = await import("./embedded-postgres/index.ts");
    this.#embedded ??= await startEmbeddedPostgres();
    const { host, port, superuser } = this.#embedded;
    return {
      schema: this.tenantSchema,
      tenantColumn: null,
      connection: {
        host,
        port,
        database: "postgres",
        user: superuser,
        sslMode: "disable",
        connectTimeoutMs: 10_000,
        applicationName: "syncline",
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((endpoint) => endpoint.close()));
    await this.#embedded?.stop();
    this.#embedded = null;
    await this.#files?.close();
  }
}

/** The other side for its catalog alone, which needs no waiting for replay. */
function catalogOf({ scope, tables, label }: Place) {
  return { scope, tables, label };
}
