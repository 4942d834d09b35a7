import { sameQualifiedName, type TableSpec } from "@syncline/core";
import type { ReadSnapshot, SidePlan, TableReader } from "@syncline/engine";
import type pg from "pg";
import type { TableInfo } from "../catalog/table-info.ts";
import { openConnection } from "../connection/connect.ts";
import { pinStatements } from "../connection/pins.ts";
import { ReadSession } from "../connection/read-session.ts";
import type { ServerFacts } from "../connection/server-facts.ts";
import { SessionPool } from "../connection/session-pool.ts";
import { translateError } from "../connection/translate-error.ts";
import type { PgScope } from "../scope.ts";
import { compileFilter } from "../sql/filter-sql.ts";
import { quoteIdentifier, quoteLiteral } from "../sql/quote.ts";
import { knownAnswer } from "./known-answer.ts";
import { PgTableReader } from "./table-reader.ts";

const LOCK_TIMEOUT_MS = 10_000;

export interface PgReadSnapshotParts {
  readonly infos: readonly TableInfo[];
  readonly facts: ServerFacts;
  readonly scope: PgScope;
  /** Name of the exported snapshot. */
  readonly token: string;
  readonly connections: number;
  /** Sessions that hold the locks and have not joined the snapshot. */
  readonly spares: readonly pg.Client[];
  /** The session whose transaction holds the locks and the snapshot. */
  readonly holder: ReadSession;
  readonly label: string;
  /** Sessions to read on, where they are not to be opened here. */
  readonly pool?: SessionPool;
}

export class PgReadSnapshot implements ReadSnapshot {
  readonly #parts: PgReadSnapshotParts;
  readonly #pool: SessionPool;
  readonly #spares: pg.Client[];

  constructor(parts: PgReadSnapshotParts) {
    this.#parts = parts;
    this.#spares = [...parts.spares];
    this.#pool = parts.pool ?? new SessionPool(parts.connections, () => this.#openSession());
  }

  get version(): string {
    return this.#parts.facts.version;
  }

  get encoding(): string {
    return this.#parts.facts.encoding;
  }

  get token(): string {
    return this.#parts.token;
  }

  get connections(): number {
    return this.#parts.connections;
  }

  get tables(): readonly TableSpec[] {
    return this.#parts.infos.map((info) => info.spec);
  }

  knownAnswer(types: readonly string[]): Promise<string | null> {
    return knownAnswer(this.#parts.holder, this.#parts.facts.versionNumber, types);
  }

  openTable(plan: SidePlan): TableReader {
    const info = this.#parts.infos.find((each) => sameQualifiedName(each.spec.name, plan.table.name));
    if (info === undefined) throw new RangeError("the table is not part of the snapshot");
    const tenant = this.#parts.scope.tenantColumn;
    const scope =
      tenant === null ? null : `t.${quoteIdentifier(tenant.name)} = ${quoteLiteral(tenant.value)}`;
    return new PgTableReader({ plan, info, scope, filter: filterSql(plan) }, this.#pool, this.#parts.holder);
  }

  async close(): Promise<void> {
    await this.#pool.close();
    await Promise.all([...this.#spares.splice(0).map((spare) => spare.end()), this.#parts.holder.end()]);
  }

  /** A spare session, or when one was lost a new one, which may have to wait behind a neighbour. */
  async #openSession(): Promise<ReadSession> {
    const about = `Reading ${this.#parts.label}`;
    const spare = this.#spares.pop();
    const client = spare ?? (await openConnection(this.#parts.scope.connection));
    const join = `SET TRANSACTION SNAPSHOT ${quoteLiteral(this.#parts.token)}`;
    const begin = [
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      join,
      pinStatements(this.#parts.facts.versionNumber),
    ];
    try {
      await client.query(
        spare === undefined ? [...begin, `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`].join(";") : join,
      );
    } catch (error) {
      client.connection.stream.destroy();
      throw translateError(error, about);
    }
    return new ReadSession(client, about);
  }
}

/** COPY takes no parameters, so values are literals, each cast by the compiler. */
function filterSql({ filter }: SidePlan): string | null {
  if (filter === null) return null;
  return compileFilter(filter, { alias: "t", placeholder: quoteLiteral }).sql;
}
