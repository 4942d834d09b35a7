import type { HttpBindings } from "@hono/node-server";
import type { Logger } from "@syncline/observability";
import type { Context } from "hono";

/** Who asks: a live key. */
export interface Identity {
  readonly keyId: string;
  readonly actor: string;
  /** The person who asks, by a session or a key of their own; null for a program's key. */
  readonly userId: string | null;
  readonly organizationId: string;
  readonly projectId: string;
  /** The key may reach every project of its organization. */
  readonly allProjects: boolean;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
}

/** What hangs on a request while it is answered. */
export interface RequestEnvironment {
  readonly Bindings: HttpBindings;
  readonly Variables: {
    requestId: string;
    /** Who sent it, behind the load balancers that the operator trusts. */
    address: string;
    logger: Logger;
    /** Absent on public routes. */
    identity: Identity | undefined;
    /** Name of the route for logs and metrics. */
    route: string;
  };
}

export type AnyContext = Context<RequestEnvironment>;
