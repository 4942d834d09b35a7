import type { Sql } from "postgres";
import type { Change } from "./database/change.ts";
import type { Database } from "./database/open-database.ts";
import type { Credentials } from "./sealing/credentials.ts";
import type { Sealer } from "./sealing/sealer.ts";

/** Whose rows a verb or a query may see. */
export interface Scope {
  readonly organizationId: string;
  readonly projectId: string;
}

/** On whose behalf something happens; `actor` is what the audit log says. */
export interface Call {
  readonly scope: Scope;
  readonly actor: string;
  readonly requestId?: string;
}

/** An open control database. */
export interface ControlPlane {
  /** For the queries of this package. Its parameters and rows follow drizzle's mapping. */
  readonly db: Database;
  /** The driver alone, on connections of its own: `LISTEN`, and statements that drizzle has no word for. */
  readonly sql: Sql;
  /** Which control plane this is; the domain of its fencing tokens at targets. */
  readonly id: string;
  /** The organization and project of a fresh control plane. */
  readonly defaultScope: Scope;
  readonly sealer: Sealer;
  readonly credentials: Credentials;
  /** Address of the database, for sessions that need a connection to themselves. Never printed. */
  readonly connect: (options: { readonly onLost: () => void }) => Sql;
  /** Inside of `withIdempotency` and verbs that call verbs: the transaction that everything joins. */
  readonly joined: Change | null;
  close(): Promise<void>;
}
