import { grants, ORGANIZATION_ROUTES, type Permission, type RouteName } from "@syncline/api";
import { type ApiKeyRecord, authenticateKey, type ControlPlane, findProject } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { RateLimit } from "./rate-limit.ts";
import type { AnyContext, Identity } from "./request-environment.ts";
import { SharedLookup } from "./shared-lookup.ts";

/** Of its requests, an address may send this part with wrong keys. */
const WRONG_KEYS = 0.02;
const BEARER = /^Bearer ([\x21-\x7e]{1,300})$/i;
/** Which project a key of all projects means: its slug. */
const PROJECT_HEADER = "syncline-project";

const NOBODY: Identity = {
  keyId: "",
  actor: "public",
  userId: null,
  organizationId: "",
  projectId: "",
  allProjects: false,
  scopes: [],
  expiresAt: null,
};

/** Who asks, and whether they may. */
export class AccessControl {
  readonly #cp: ControlPlane;
  readonly #requests: RateLimit;
  readonly #failures: RateLimit;
  readonly #keys: SharedLookup<ApiKeyRecord | null>;

  constructor(cp: ControlPlane, { requestsPerMinute }: { readonly requestsPerMinute: number }) {
    this.#cp = cp;
    this.#keys = new SharedLookup((token) => authenticateKey(cp, token));
    this.#requests = new RateLimit({ perMinute: requestsPerMinute });
    this.#failures = new RateLimit({ perMinute: Math.ceil(requestsPerMinute * WRONG_KEYS) });
  }

  /** @throws CodedError `auth.required`, `request.rate_exceeded`, `resource.not_found` for a project that it is not of */
  async authenticate(context: AnyContext): Promise<Identity> {
    const header = context.req.header("authorization");
    if (header === undefined) throw required("This needs an API key.");
    const token = BEARER.exec(header)?.[1];
    const key = token === undefined ? null : await this.#keys.get(token);
    if (key === null) {
      this.#failures.take(context.get("address"));
      throw required("The API key is wrong, expired or revoked.");
    }
    this.#requests.take(key.id);
    return {
      keyId: key.id,
      actor: `key:${key.publicId}`,
      userId: key.userId,
      organizationId: key.organizationId,
      projectId: await this.#projectOf(key, context.req.header(PROJECT_HEADER)),
      allProjects: key.projectId === null,
      scopes: key.scopes,
      expiresAt: key.expiresAt,
    };
  }

  /** Limits callers of public routes by address. */
  limitPublic(context: AnyContext): void {
    this.#requests.take(`address ${context.get("address")}`);
  }

  /** `route`: as the table of permissions names it. @throws CodedError `auth.required`, `auth.denied` */
  authorise(context: AnyContext, permission: Permission | undefined, route?: RouteName): Identity {
    if (permission === "public") return NOBODY;
    const identity = context.get("identity");
    if (identity === undefined) throw required("This needs an API key.");
    if (permission === undefined || !grants(identity.scopes, permission)) throw denied(permission);
    if (route !== undefined && ORGANIZATION_ROUTES.has(route) && !identity.allProjects) throw ofOneProject();
    return identity;
  }

  async #projectOf(key: ApiKeyRecord, slug: string | undefined): Promise<string> {
    const { organizationId, projectId } = key;
    const { defaultScope } = this.#cp;
    if (slug === undefined && projectId !== null) return projectId;
    if (slug === undefined && organizationId === defaultScope.organizationId) return defaultScope.projectId;
    const found = await findProject(this.#cp, { organizationId, slug: slug ?? null });
    if (found !== null && (projectId === null || projectId === found.id)) return found.id;
    throw new CodedError("resource.not_found", `There is no project "${(slug ?? "").slice(0, 64)}".`);
  }
}

function ofOneProject(): CodedError {
  return new CodedError("auth.denied", "This belongs to all projects, and the API key is of one.", {
    hint: "Use a key that was made with allProjects.",
  });
}

function required(message: string): CodedError {
  return new CodedError("auth.required", message, { hint: "Send it as: Authorization: Bearer slk_…" });
}

function denied(permission: string | undefined): CodedError {
  return new CodedError("auth.denied", `The API key has no scope "${permission ?? "none grants this"}".`, {
    hint: "An administrator can make a key that has it.",
  });
}
