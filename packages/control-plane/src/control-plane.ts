import type { Sql } from "postgres";
import type { Change } from "./database/change.ts";
import type { ChannelListener } from "./database/channel-listener.ts";
import type { Session } from "./database/session.ts";
import type { SessionPool } from "./database/session-pool.ts";
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
  /** The person behind the actor; absent or null for a program's key and for the service itself. */
  readonly userId?: string | null;
  readonly requestId?: string;
}

/** An open control database. */
export interface ControlPlane {
  /** Where verbs (`transact`) and queries (`read`) run. */
  readonly sessions: SessionPool;
  /**
   * The driver alone, for tools and tests that end with their database. A process that has to outlive a connection uses
   * `transact`, `read` and `listen`: what the driver does when one is lost may end the process, see `Session`.
   */
  readonly sql: Sql;
  /** Which control plane this is; the domain of its fencing tokens at targets. */
  readonly id: string;
  /** The organization and project of a fresh control plane. */
  readonly defaultScope: Scope;
  readonly sealer: Sealer;
  readonly credentials: Credentials;
  /** A connection for one purpose alone, as for holding a lock. */
  readonly openSession: (options: { readonly onLost: () => void }) => Session;
  /** Calls `heard` with each notification's payload, and with null after an outage. @throws CodedError where it cannot begin */
  readonly listen: (
    channel: string,
    heard: (payload: string | null) => void,
  ) => Promise<Pick<ChannelListener, "close">>;
  /** Inside of `withIdempotency` and verbs that call verbs: the transaction that everything joins. */
  readonly joined: Change | null;
  close(): Promise<void>;
}
