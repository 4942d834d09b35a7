import { randomUUID } from "node:crypto";
import {
  type ControlPlane,
  createApiKey,
  createPerson,
  type RoleGrant,
  type Scope,
  startSession,
} from "@syncline/control-plane";
import type { Role } from "@syncline/core";
import { csrfTokenOf } from "../http/csrf.ts";

export interface TestPerson {
  readonly userId: string;
  readonly email: string;
  /** Stands for the person: `Authorization: Bearer`. */
  readonly key: string;
  /** A session in a browser at a server without TLS: cookie, origin and token. Send them with `key: null`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly sessionId: string;
}

export interface TestPersonOptions {
  /** Of the server, as its browser has it. */
  readonly url: string;
  /** In the whole organization. */
  readonly role?: Role;
  /** Instead, or besides. */
  readonly grants?: readonly RoleGrant[];
  readonly email?: string;
  readonly scope?: Scope;
}

/** Somebody with a role, a key and a session, without a password. */
export async function makePerson(cp: ControlPlane, options: TestPersonOptions): Promise<TestPerson> {
  const { url, role, grants = [], email = `${randomUUID()}@example.test`, scope = cp.defaultScope } = options;
  const call = { scope, actor: "test" };
  const everywhere = role === undefined ? [] : [{ role, projectId: null, environmentId: null }];
  const userId = await createPerson(cp, call, { email, name: email, grants: [...everywhere, ...grants] });
  const { token: key } = await createApiKey(cp, call, { name: email, scopes: ["*"], userId });
  const { session, token } = await startSession(
    cp,
    { ...call, userId },
    { userId, method: "password", address: null, agent: null, replaces: null, lifetimeMs: 3_600_000 },
  );
  const headers = {
    Cookie: `syncline-local=${token}`,
    Origin: url,
    "X-Syncline-CSRF": csrfTokenOf(cp, token),
  };
  return { userId, email, key, headers, sessionId: session.id };
}
