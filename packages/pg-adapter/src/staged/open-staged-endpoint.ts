import type { QualifiedName } from "@syncline/core";
import type { Endpoint, LockedTables, LockRequest, RowFiles } from "@syncline/engine";
import type { PgScope } from "../scope.ts";
import type { PartnerTables } from "./staged-file.ts";
import { StagedTables } from "./staged-tables.ts";

export interface StagedEndpointOptions {
  readonly rows: RowFiles;
  /** Database that casts and hashes the rows, in temporary tables of one session. */
  readonly host: PgScope;
  /** How people know it; without secrets. */
  readonly label: string;
  /** The other side: its types and collations hold where the files do not say. */
  readonly partner?: Endpoint | PartnerTables;
}

/**
 * Row files as an endpoint. Rows are staged when it is locked, afresh each time: `lock` rejects with `file.damaged`
 * naming file, line and column, with `key.not_unique`, or with `permission.denied` (see `cannotStage`) when the host
 * allows no temporary tables. Memory stays flat; `close` leaves nothing behind in the host.
 */
export async function openStagedEndpoint(options: StagedEndpointOptions): Promise<Endpoint> {
  return new StagedEndpoint(options);
}

class StagedEndpoint implements Endpoint {
  readonly named: readonly QualifiedName[] | null = null;
  readonly #options: StagedEndpointOptions;
  readonly #opened = new Set<StagedTables>();

  constructor(options: StagedEndpointOptions) {
    this.#options = options;
  }

  get label(): string {
    return this.#options.label;
  }

  get tenantSchema(): string {
    return this.#options.host.schema;
  }

  async lock(request: LockRequest): Promise<LockedTables> {
    const { partner = null } = this.#options;
    const known = partner === null || "tables" in partner ? partner : await tablesOf(partner, request);
    const tables = new StagedTables({ ...this.#options, partner: known }, request);
    this.#opened.add(tables);
    await tables.stage();
    return tables;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened].map((tables) => tables.close()));
    this.#opened.clear();
  }
}

async function tablesOf(partner: Endpoint, request: LockRequest): Promise<PartnerTables> {
  const locked = await partner.lock({ accept: () => true, connections: 0, signal: request.signal });
  const snapshot = await locked.begin(null);
  const { tables } = snapshot;
  await snapshot.close();
  return { tenantSchema: partner.tenantSchema, tables, database: locked.database };
}
