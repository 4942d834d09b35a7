import { CodedError } from "@syncline/core";
import type { LockedTables, LockRequest, ReadSnapshot } from "@syncline/engine";
import type pg from "pg";
import { catalogQuery } from "../catalog/catalog-query.ts";
import type { CatalogRow } from "../catalog/catalog-rows.ts";
import { toTableInfos } from "../catalog/read-table-specs.ts";
import type { RelationFilter } from "../catalog/relations-query.ts";
import type { TableInfo } from "../catalog/table-info.ts";
import { abandonClient } from "../connection/cancel-request.ts";
import { openConnection } from "../connection/connect.ts";
import { connectionLost, lostConnection } from "../connection/connection-lost.ts";
import { pinStatements } from "../connection/pins.ts";
import { interrupted, ReadSession } from "../connection/read-session.ts";
import { readServerFacts, type ServerFacts } from "../connection/server-facts.ts";
import { PgReadSnapshot } from "../read/pg-read-snapshot.ts";
import { fillOmitted, keyBeside, leftOut, type OmittedFill } from "./fill-omitted.ts";
import type { StagedEndpointOptions } from "./open-staged-endpoint.ts";
import { SharedSession } from "./shared-session.ts";
import { StageFiles } from "./stage-files.ts";
import { type PartnerTables, planFiles, type StagedFile } from "./staged-file.ts";
import { explainStaging, noTemporaryTables } from "./staging-errors.ts";

export type StagingOptions = Omit<StagedEndpointOptions, "partner"> & {
  readonly partner: PartnerTables | null;
};

/** A fingerprint that fits every table. */
const UNKNOWN_SHAPE = "";

/** One transaction of the host whose temporary tables hold the rows of the files. */
export class StagedTables implements LockedTables {
  readonly #options: StagingOptions;
  readonly #request: LockRequest;
  #client: pg.Client | null = null;
  #facts: ServerFacts | null = null;
  #files: readonly StagedFile[] = [];
  #fills: readonly OmittedFill[] = [];
  #snapshot: PgReadSnapshot | null = null;

  constructor(options: StagingOptions, request: LockRequest) {
    this.#options = options;
    this.#request = request;
  }

  /** Shares its snapshot with the other side only where that side's values stand in for what rows leave out. */
  get database(): string | null {
    return this.#fills.length > 0 ? (this.#facts?.identity ?? null) : null;
  }

  async stage(): Promise<void> {
    const { host, partner, rows } = this.#options;
    this.#files = planFiles(rows.tables, host.schema, partner, this.#request.accept);
    if (this.#request.signal.aborted) throw interrupted(this.#request.signal);
    const client = await openConnection(host.connection);
    this.#client = client;
    await this.#guard(client, async () => {
      const facts = await readServerFacts(client, this.#filter([]));
      this.#facts = facts;
      if (facts.encoding === "SQL_ASCII") throw noEncoding(facts, this.#options.label);
      if (facts.standby) throw noTemporaryTables(this.#options.label);
      await client.query(beginStatements(facts));
      this.#fills = await new StageFiles(client, this.#options, this.#request).stage(this.#files);
      for (const fill of this.#fills) assertFillable(fill, facts, partner);
    });
  }

  /** Another endpoint joins this snapshot, but these tables cannot join another's: nobody else sees them. */
  async begin(): Promise<ReadSnapshot> {
    const [client, facts] = [this.#client, this.#facts];
    if (client === null || facts === null) throw new Error("lock() comes before begin()");
    return this.#guard(client, async () => {
      const tenant = this.#options.host.tenantColumn;
      const token = this.#fills.length === 0 ? "" : await fillOmitted(client, this.#fills, tenant);
      const filter = this.#filter(await this.#relations(client));
      const catalog = (await client.query(catalogQuery(filter))) as pg.QueryResult<CatalogRow>;
      const holder = new ReadSession(client, `Reading ${this.#options.label}`);
      this.#snapshot = new PgReadSnapshot({
        infos: toTableInfos(catalog, filter).map((info) => this.#asFile(info)),
        facts,
        scope: { ...this.#options.host, tenantColumn: null },
        token,
        connections: 1,
        spares: [],
        holder,
        label: this.#options.label,
        pool: new SharedSession(holder),
      });
      return this.#snapshot;
    });
  }

  async close(): Promise<void> {
    if (this.#snapshot !== null) return this.#snapshot.close();
    if (this.#client !== null) await abandonClient(this.#client);
  }

  /** The temporary table under the name of the file's table, without our own columns. */
  #asFile(info: TableInfo): TableInfo {
    const file = this.#files.find((each) => each.relationName === info.spec.name.name);
    if (file === undefined) throw new Error("a temporary table of nobody");
    const hidden = Object.values(file.hidden);
    return {
      ...info,
      relation: info.spec.name,
      spec: {
        ...info.spec,
        name: file.name,
        fingerprint: file.table.fingerprint ?? UNKNOWN_SHAPE,
        columns: info.spec.columns.filter(({ name }) => !hidden.includes(name)),
      },
    };
  }

  async #relations(client: pg.Client): Promise<{ schema: string; name: string }[]> {
    const { rows } = await client.query<{ schema: string }>(
      "SELECT nspname AS schema FROM pg_catalog.pg_namespace WHERE oid = pg_catalog.pg_my_temp_schema()",
    );
    const schema = rows[0]?.schema ?? "";
    return this.#files.map(({ relationName }) => ({ schema, name: relationName }));
  }

  #filter(names: readonly { schema: string; name: string }[]): RelationFilter {
    return { schema: this.#options.host.schema, tenantColumn: null, selection: { kind: "named", names } };
  }

  /** After any failure the session is cut off: a COPY may be under way. */
  async #guard<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
    const { signal } = this.#request;
    let stopping = Promise.resolve();
    const stop = () => {
      stopping = abandonClient(client);
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await work();
    } catch (error) {
      const lost = connectionLost(client);
      await stopping;
      await abandonClient(client);
      if (signal.aborted) throw interrupted(signal);
      throw error instanceof CodedError
        ? error
        : explainStaging(lost ? lostConnection(error) : error, this.#options.label);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}

function beginStatements(facts: ServerFacts): string {
  return [
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    pinStatements(facts.versionNumber),
    "SET LOCAL cursor_tuple_fraction = 1",
    "SET LOCAL default_table_access_method = 'heap'",
    "SET LOCAL default_tablespace = ''",
  ].join(";");
}

/** Only the very database that is compared with has the values that stay. */
function assertFillable(
  { columns, file, path }: OmittedFill,
  facts: ServerFacts,
  partner: PartnerTables | null,
): void {
  const [column] = columns;
  if (column === undefined) return;
  const same = facts.identity !== null && partner?.database === facts.identity;
  if (same && keyBeside(file) !== null && columns.every(({ name }) => hasColumn(file, name))) return;
  throw leftOut(path, column, "other rows of the file have");
}

function hasColumn({ partner }: StagedFile, name: string): boolean {
  return partner?.columns.some((each) => each.name === name) === true;
}

function noEncoding(facts: ServerFacts, label: string): CodedError {
  return new CodedError(
    "schema.unsupported",
    `Database "${facts.database}", which is to read ${label}, has encoding SQL_ASCII: its text has no known character set.`,
  );
}
