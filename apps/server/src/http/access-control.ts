import {
  ENVIRONMENT_ROUTES,
  grants,
  ORGANIZATION_ROUTES,
  type Permission,
  type RouteName,
} from "@syncline/api";
import type { ServiceSettings } from "@syncline/config";
import {
  type AuthenticatedKey,
  authenticateKey,
  authenticateSession,
  type ControlPlane,
  findProject,
  type GrantedRole,
  type LiveSession,
  networkOf,
} from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { readCookie } from "./cookies.ts";
import { assertOwnPage, refused } from "./csrf.ts";
import { type Identity, identityOfKey, identityOfSession, NOBODY } from "./identity.ts";
import { RateLimit } from "./rate-limit.ts";
import type { AnyContext } from "./request-environment.ts";
import { SharedLookup } from "./shared-lookup.ts";
import { isCrossSite, originOf } from "./sign-in-origin.ts";

/** Of its requests, an address may send this part with wrong keys. */
const WRONG_KEYS = 0.02;
const BEARER = /^Bearer ([\x21-\x7e]{1,300})$/i;
/** Which project a key of all projects, or a person, means: its slug. */
const PROJECT_HEADER = "syncline-project";

export type AccessSettings = Pick<ServiceSettings, "signIn" | "host"> & {
  readonly requestsPerMinute: number;
};

/** Who asks, and whether they may. */
export class AccessControl {
  readonly #cp: ControlPlane;
  readonly #settings: AccessSettings;
  readonly #requests: RateLimit;
  readonly #failures: RateLimit;
  readonly #keys: SharedLookup<AuthenticatedKey | null>;
  readonly #sessions: SharedLookup<LiveSession | null>;

  constructor(cp: ControlPlane, settings: AccessSettings) {
    const { requestsPerMinute, signIn } = settings;
    this.#cp = cp;
    this.#settings = settings;
    this.#keys = new SharedLookup((token) => authenticateKey(cp, token));
    this.#sessions = new SharedLookup((token) => authenticateSession(cp, { token, idleMs: signIn.idleMs }));
    this.#requests = new RateLimit({ perMinute: requestsPerMinute });
    this.#failures = new RateLimit({ perMinute: Math.ceil(requestsPerMinute * WRONG_KEYS) });
  }

  /**
   * By the key, if one was sent: then a cookie beside it counts for nothing, whether the key is right or wrong. Else by the
   * session of the cookie. @throws CodedError `auth.required`, `auth.csrf`, `request.rate_exceeded`,
   * `resource.not_found` for a project that it is not of
   */
  async authenticate(context: AnyContext): Promise<Identity> {
    const header = context.req.header("authorization");
    if (header !== undefined) return this.#byKey(context, header);
    const origin = originOf(this.#settings, context.req.raw.headers);
    const cookie = origin === null ? null : readCookie(context.req.raw.headers, "session", origin);
    if (origin === null || cookie === null) throw required("This needs an API key or a session.");
    const { headers } = context.req.raw;
    if (isCrossSite(headers, origin)) throw refused("it did not come from a page of this server");
    const live = await this.#sessions.get(cookie);
    if (live === null) {
      this.#failures.take(networkOf(context.get("address")));
      throw required("The session has ended.");
    }
    try {
      assertOwnPage(this.#cp, { method: context.req.method, headers, origin, sessionToken: cookie });
    } catch (error) {
      // Whose session it was that somebody else's page used: for the audit log.
      context.set("identity", identityOfSession(live, ""));
      throw error;
    }
    this.#requests.take(live.person.id);
    return identityOfSession(live, await this.#projectOfPerson(live, context.req.header(PROJECT_HEADER)));
  }

  async #byKey(context: AnyContext, header: string): Promise<Identity> {
    const token = BEARER.exec(header)?.[1];
    const key = token === undefined ? null : await this.#keys.get(token);
    if (key === null) {
      this.#failures.take(networkOf(context.get("address")));
      throw required("The API key is wrong, expired or revoked.");
    }
    this.#requests.take(key.id);
    return identityOfKey(key, await this.#projectOf(key, context.req.header(PROJECT_HEADER)));
  }

  /** Limits callers of public routes by address. */
  limitPublic(context: AnyContext): void {
    this.#requests.take(`address ${networkOf(context.get("address"))}`);
  }

  /** `route`: as the table of permissions names it. @throws CodedError `auth.required`, `auth.denied` */
  authorise(context: AnyContext, permission: Permission | undefined, route?: RouteName): Identity {
    if (permission === "public") return NOBODY;
    const identity = context.get("identity");
    if (identity === undefined) throw required("This needs an API key or a session.");
    if (permission === undefined || !isGranted(identity, permission, route))
      throw denied(identity, permission);
    const shared = route !== undefined && ORGANIZATION_ROUTES.has(route);
    if (shared && !grants(identity.organizationScopes, permission)) throw ofOneProject(identity);
    return identity;
  }

  async #projectOf(key: AuthenticatedKey, slug: string | undefined): Promise<string> {
    const { organizationId, projectId } = key;
    const { defaultScope } = this.#cp;
    if (slug === undefined && projectId !== null) return projectId;
    if (slug === undefined && key.person !== null)
      return this.#firstProject(organizationId, key.person.grants);
    if (slug === undefined && organizationId === defaultScope.organizationId) return defaultScope.projectId;
    const found = await findProject(this.#cp, { organizationId, slug: slug ?? null });
    if (found !== null && (projectId === null || projectId === found.id)) return found.id;
    throw noProject(slug);
  }

  /** A project in which a person has no role is none to them. */
  async #projectOfPerson({ person }: LiveSession, slug: string | undefined): Promise<string> {
    const { organizationId } = person;
    if (slug === undefined) return this.#firstProject(organizationId, person.grants);
    const found = await findProject(this.#cp, { organizationId, slug });
    const inReach = person.grants.some(({ projectId }) => projectId === null || projectId === found?.id);
    if (found === null || !inReach) throw noProject(slug);
    return found.id;
  }

  /** The organization's first one, unless the person has roles in others alone. */
  async #firstProject(organizationId: string, roles: readonly GrantedRole[]): Promise<string> {
    const { defaultScope } = this.#cp;
    const first =
      organizationId === defaultScope.organizationId
        ? defaultScope.projectId
        : (await findProject(this.#cp, { organizationId, slug: null }))?.id;
    const everywhere = roles.length === 0 || roles.some(({ projectId }) => projectId === null);
    if (first !== undefined && (everywhere || roles.some(({ projectId }) => projectId === first)))
      return first;
    const own = roles.find(({ projectId }) => projectId !== null)?.projectId;
    if (own == null) throw noProject(undefined);
    return own;
  }
}

function isGranted(identity: Identity, permission: Permission, route: RouteName | undefined): boolean {
  if (grants(identity.scopes, permission)) return true;
  // Its handler asks for the environment.
  if (route === undefined || !ENVIRONMENT_ROUTES.has(route)) return false;
  return [...identity.environmentScopes.values()].some((scopes) => grants(scopes, permission));
}

function noProject(slug: string | undefined): CodedError {
  return new CodedError("resource.not_found", `There is no project "${(slug ?? "").slice(0, 64)}".`);
}

function ofOneProject({ keyId }: Identity): CodedError {
  const message =
    keyId === null
      ? "This belongs to all projects, and your roles for it are in single ones."
      : "This belongs to all projects, and the API key is of one.";
  return new CodedError("auth.denied", message, {
    hint:
      keyId === null
        ? "An administrator can grant a role in the whole organization."
        : "Use a key that was made with allProjects.",
  });
}

function required(message: string): CodedError {
  return new CodedError("auth.required", message, {
    hint: "Sign in, or send a key as: Authorization: Bearer slk_…",
  });
}

function denied({ keyId, userId }: Identity, permission: string | undefined): CodedError {
  const scope = `"${permission ?? "none grants this"}"`;
  const message =
    keyId === null
      ? `Your roles do not give the scope ${scope} here.`
      : userId === null
        ? `The API key has no scope ${scope}.`
        : `The API key has no scope ${scope}, or its person's roles do not give it here.`;
  return new CodedError("auth.denied", message, {
    hint:
      keyId === null ? "An administrator can grant a role." : "An administrator can make a key that has it.",
  });
}
