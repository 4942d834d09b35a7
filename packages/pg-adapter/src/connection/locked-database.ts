import { CodedError, type QualifiedName } from "@syncline/core";
import type { LockedTables, LockRequest, ReadSnapshot } from "@syncline/engine";
import type pg from "pg";
import { catalogQuery } from "../catalog/catalog-query.ts";
import type { CatalogRow } from "../catalog/catalog-rows.ts";
import { toTableInfos } from "../catalog/read-table-specs.ts";
import type { RelationFilter } from "../catalog/relations-query.ts";
import type { PgEndpointOptions } from "../pg-endpoint.ts";
import { PgReadSnapshot, SNAPSHOT_GONE } from "../read/pg-read-snapshot.ts";
import { quoteLiteral, quoteTable } from "../sql/quote.ts";
import { assertReadable, assertRelations } from "./assert-readable.ts";
import { assertTenantValue } from "./assert-tenant-value.ts";
import { abandonClient } from "./cancel-request.ts";
import { openConnection } from "./connect.ts";
import { tellingOfLockWait } from "./lock-wait.ts";
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
  #spares: readonly pg.Client[] = [];
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
        const { signal, notice } = this.#request;
        const tell = () =>
          notice?.(
            `Waiting until ${this.#options.label} has replayed what its primary has now. Ctrl-C ends the wait.`,
          );
        await waitForReplay(client, this.#options.replicaOf, { signal, notice: tell });
      }
      assertRelations(facts, this.#filter, this.#options.label);
      const named = this.#options.tables.kind === "named";
      const relations = facts.relations.filter((relation) => named || this.#request.accept(relation));
      this.#names = relations.map(({ schema, name }) => ({ schema, name }));
      this.#spares = await this.#connectSpares();
      const { patienceMs = 0 } = this.#request;
      await this.#lockAll([client, ...this.#spares], beginAndLock(facts, relations, patienceMs));
    });
  }

  /** One round trip. */
  async begin(shared: string | null): Promise<ReadSnapshot> {
    const [client, facts] = [this.#client, this.#facts];
    if (client === null || facts === null) throw new Error("lock() comes before begin()");
    return this.#guard(client, async () => {
      const names = this.#names.map(({ schema, name }) => ({ schema, name }));
      const filter: RelationFilter = { ...this.#filter, selection: { kind: "named", names } };
      if (shared !== null) await this.#join(client, shared);
      const statements = `${catalogQuery(filter)};SELECT pg_catalog.pg_export_snapshot() AS token`;
      const answer = (await client.query(statements)) as unknown as pg.QueryResult[];
      const [catalog, exported] = answer.slice(-2) as [
        pg.QueryResult<CatalogRow>,
        pg.QueryResult<{ token: string }>,
      ];
      const infos = toTableInfos(catalog, filter);
      assertReadable(infos, facts, this.#options);
      await assertTenantValue(client, infos, this.#options);
      this.#snapshot = new PgReadSnapshot({
        infos,
        facts,
        scope: this.#options.scope,
        token: exported.rows[0]?.token ?? "",
        connections: this.#request.connections,
        spares: this.#spares,
        holder: new ReadSession(client, `Reading ${this.#options.label}`),
        label: this.#options.label,
      });
      return this.#snapshot;
    });
  }

  async #join(client: pg.Client, token: string): Promise<void> {
    try {
      await client.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(token)}`);
    } catch (error) {
      if (!SNAPSHOT_GONE.has((error as { code?: string }).code ?? "")) throw error;
      throw new CodedError(
        "run.instant_lost",
        `The instant at which ${this.#options.label} was to be read is gone: nobody holds it any more.`,
        { hint: "Start again, at a new instant.", retryable: true, cause: error },
      );
    }
  }

  async close(): Promise<void> {
    if (this.#snapshot !== null) return this.#snapshot.close();
    for (const client of [this.#client, ...this.#spares]) client?.connection.stream.destroy();
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
      stopping = Promise.all([client, ...this.#spares].map(abandonClient)).then(() => {}); // a backend that waits for a lock does not notice a closed socket
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await work();
    } catch (error) {
      await stopping;
      for (const each of [client, ...this.#spares]) each.connection.stream.destroy();
      if (signal.aborted) throw interrupted(signal);
      throw error instanceof CodedError
        ? error
        : translateError(error, `Locking the tables of ${this.#options.label}`);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Every session that will read takes its locks now: later it would queue behind a neighbour who waits for ours. */
  async #connectSpares(): Promise<pg.Client[]> {
    const count = this.#names.length === 0 ? 0 : this.#request.connections;
    const opened = await Promise.allSettled(
      Array.from({ length: count }, () => openConnection(this.#options.scope.connection)),
    );
    const clients = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const failed = opened.find((each) => each.status === "rejected");
    if (failed === undefined) return clients;
    for (const client of clients) client.connection.stream.destroy();
    throw failed.reason;
  }

  /** The first waits for its locks as long as it takes; when a neighbour stepped in before the others, all start anew. */
  async #lockAll([holder, ...spares]: readonly pg.Client[], statements: LockStatements): Promise<void> {
    for (let attempt = 1; holder !== undefined; attempt += 1) {
      const { notice } = this.#request;
      const wait = { holder, observer: spares[0], label: this.#options.label, notice: notice ?? (() => {}) };
      await tellingOfLockWait(wait, () => holder.query(statements.patient));
      const locked = await Promise.allSettled(spares.map((spare) => spare.query(statements.impatient)));
      const failed = locked.find((each) => each.status === "rejected");
      if (failed === undefined) return;
      if ((failed.reason as { code?: string }).code !== LOCK_NOT_AVAILABLE || attempt === LOCK_ATTEMPTS)
        throw failed.reason;
      await Promise.all([holder, ...spares].map((client) => client.query("ROLLBACK")));
    }
  }
}

const LOCK_NOT_AVAILABLE = "55P03";
const LOCK_ATTEMPTS = 10;
const IMPATIENT_MS = 500;

interface LockStatements {
  readonly patient: string;
  readonly impatient: string;
}

/** Without ONLY a partitioned table is locked with its partitions. Other kinds of relation take no such lock. */
function beginAndLock(
  facts: ServerFacts,
  relations: ServerFacts["relations"],
  patienceMs: number,
): LockStatements {
  const only: Readonly<Record<string, string>> = { r: "ONLY ", p: "", v: "" };
  const lockable = relations.flatMap((relation) => {
    const prefix = only[relation.kind];
    return prefix === undefined ? [] : [`${prefix}${quoteTable(relation)}`];
  });
  const lock = lockable.length === 0 ? [] : [`LOCK TABLE ${lockable.join(", ")} IN ACCESS SHARE MODE`];
  const begin = ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", pinStatements(facts.versionNumber)];
  const wait = (milliseconds: number) => `SET LOCAL lock_timeout = ${milliseconds}`;
  return {
    patient: [...begin, wait(patienceMs), ...lock, wait(0)].join(";"),
    impatient: [...begin, wait(IMPATIENT_MS), ...lock, wait(0)].join(";"),
  };
}
