import { CodedError, type QualifiedName } from "@syncline/core";
import type { LockedTables, LockRequest, ReadSnapshot } from "@syncline/engine";
import type pg from "pg";
import { catalogQuery } from "../catalog/catalog-query.ts";
import type { CatalogRow } from "../catalog/catalog-rows.ts";
import { toTableInfos } from "../catalog/read-table-specs.ts";
import type { RelationFilter } from "../catalog/relations-query.ts";
import type { PgEndpointOptions } from "../pg-endpoint.ts";
import { PgReadSnapshot } from "../read/pg-read-snapshot.ts";
import { quoteLiteral, quoteTable } from "../sql/quote.ts";
import { assertReadable, assertRelations } from "./assert-readable.ts";
import { abandonClient } from "./cancel-request.ts";
import { openConnection } from "./connect.ts";
import { pinStatements } from "./pins.ts";
import { interrupted, ReadSession } from "./read-session.ts";
import { readServerFacts, type ServerFacts } from "./server-facts.ts";
import { translateError } from "./translate-error.ts";
import { waitForReplay } from "./wait-for-replay.ts";

/** A transaction that holds its tables' locks and has no snapshot yet. */
export class LockedDatabase implements LockedTables {
  readonly #options: PgEndpointOptions;
  readonly #request: LockRequest;
  #client: pg.Client | null = null;
  #facts: ServerFacts | null = null;
  #names: readonly QualifiedName[] = [];
  #snapshot: PgReadSnapshot | null = null;

  constructor(options: PgEndpointOptions, request: LockRequest) {
    this.#options = options;
    this.#request = request;
  }

  get database(): string | null {
    return this.#facts?.identity ?? null;
  }

  /** Two round trips after connecting: what is there, then the locks. */
  async lock(): Promise<void> {
    const client = await this.#connect();
    await this.#guard(client, async () => {
      const facts = await readServerFacts(client, this.#filter);
      this.#facts = facts;
      if (this.#options.replicaOf !== undefined && facts.standby) {
        await waitForReplay(client, this.#options.replicaOf, this.#request.signal);
      }
      assertRelations(facts, this.#filter, this.#options.label);
      const named = this.#options.tables.kind === "named";
      const relations = facts.relations.filter((relation) => named || this.#request.accept(relation));
      this.#names = relations.map(({ schema, name }) => ({ schema, name }));
      await client.query(this.#beginAndLock(facts, relations));
    });
  }

  /** One round trip. */
  async begin(shared: string | null): Promise<ReadSnapshot> {
    const [client, facts] = [this.#client, this.#facts];
    if (client === null || facts === null) throw new Error("lock() comes before begin()");
    return this.#guard(client, async () => {
      const names = this.#names.map(({ schema, name }) => ({ schema, name }));
      const filter: RelationFilter = { ...this.#filter, selection: { kind: "named", names } };
      const join = shared === null ? "" : `SET TRANSACTION SNAPSHOT ${quoteLiteral(shared)};`;
      const statements = `${join}${catalogQuery(filter)};SELECT pg_catalog.pg_export_snapshot() AS token`;
      const answer = (await client.query(statements)) as unknown as pg.QueryResult[];
      const [catalog, exported] = answer.slice(-2) as [pg.QueryResult<CatalogRow>, pg.QueryResult<{ token: string }>];
      const infos = toTableInfos(catalog, filter);
      assertReadable(infos, facts, this.#options);
      this.#snapshot = new PgReadSnapshot({
        infos,
        facts,
        scope: this.#options.scope,
        token: exported.rows[0]?.token ?? "",
        connections: this.#request.connections,
        holder: new ReadSession(client, `Reading ${this.#options.label}`),
        label: this.#options.label,
      });
      return this.#snapshot;
    });
  }

  async close(): Promise<void> {
    if (this.#snapshot !== null) await this.#snapshot.close();
    else await this.#client?.end().catch(() => {});
  }

  get #filter(): RelationFilter {
    const { scope, tables } = this.#options;
    return { schema: scope.schema, tenantColumn: scope.tenantColumn?.name ?? null, selection: tables };
  }

  async #connect(): Promise<pg.Client> {
    if (this.#request.signal.aborted) throw interrupted(this.#request.signal);
    this.#client = await openConnection(this.#options.scope.connection);
    return this.#client;
  }

  async #guard<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
    const { signal } = this.#request;
    let stopping = Promise.resolve();
    const stop = () => {
      stopping = abandonClient(client); // a backend that waits for a lock does not notice a closed socket
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await work();
    } catch (error) {
      await stopping;
      client.connection.stream.destroy();
      if (signal.aborted) throw interrupted(signal);
      throw error instanceof CodedError ? error : translateError(error, `Locking the tables of ${this.#options.label}`);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Without ONLY a partitioned table is locked with its partitions. Other kinds of relation take no such lock. */
  #beginAndLock(facts: ServerFacts, relations: ServerFacts["relations"]): string {
    const only: Readonly<Record<string, string>> = { r: "ONLY ", p: "", v: "" };
    const lockable = relations.flatMap((relation) => {
      const prefix = only[relation.kind];
      return prefix === undefined ? [] : [`${prefix}${quoteTable(relation)}`];
    });
    const lock = lockable.length === 0 ? [] : [`LOCK TABLE ${lockable.join(", ")} IN ACCESS SHARE MODE`];
    const begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    return [begin, pinStatements(facts.versionNumber), ...lock].join(";");
  }
}

