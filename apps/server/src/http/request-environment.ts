import type { HttpBindings } from "@hono/node-server";
import type { Logger } from "@syncline/observability";
import type { Context } from "hono";
import type { Identity } from "./identity.ts";

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
