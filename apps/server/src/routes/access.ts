import { type AnswerOf, access, grants } from "@syncline/api";
import { FEATURE_NAMES } from "@syncline/config";
import {
  type ApiKeyRecord,
  createApiKey,
  createProject,
  getKey,
  getPerson,
  type IssuedKey,
  listKeys,
  listProjects,
  listWorkers,
  type Person,
  revokeApiKey,
  rotateApiKey,
} from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { readCookie } from "../http/cookies.ts";
import { csrfTokenOf } from "../http/csrf.ts";
import { holdsAll, type Identity } from "../http/identity.ts";
import type { Router } from "../http/router.ts";
import { originOf } from "../http/sign-in-origin.ts";
import type { ServiceParts } from "../service-parts.ts";
import { takeProfile } from "../work/take-profile.ts";
import { iso, isoOrNull } from "./present.ts";
import { sessionOf } from "./sign-in.ts";

type KeyAnswer = AnswerOf<typeof access.listKeys>["items"][number];

export function accessRoutes(router: Router, parts: ServiceParts): void {
  const { version, controlPlane, settings } = parts;
  router.on(access.me, async ({ cp, identity, call, headers }) => {
    const { userId, sessionId } = identity;
    const person = userId === null ? null : await getPerson(cp, call.scope, { userId });
    const origin = sessionId === null ? null : originOf(settings, headers);
    const cookie = origin === null ? null : readCookie(headers, "session", origin);
    return {
      actor: identity.actor,
      keyId: identity.keyId,
      sessionId,
      user: person === null ? null : presentUser(person),
      grants: [...(person?.grants ?? [])],
      organizationId: call.scope.organizationId,
      projectId: call.scope.projectId,
      scopes: [...identity.scopes],
      environments: Object.fromEntries(
        [...identity.environmentScopes].map(([name, scopes]) => [name, [...scopes]]),
      ),
      organizationScopes: [...identity.organizationScopes],
      csrf: cookie === null ? null : csrfTokenOf(controlPlane, cookie),
      expiresAt: isoOrNull(identity.expiresAt),
      version,
      features: FEATURE_NAMES.filter((name) => parts.config().features[name]),
    };
  });
  keyRoutes(router);
  ownKeyRoutes(router);
  router.on(access.listProjects, async ({ cp, call, query }) => {
    const { items, next } = await listProjects(cp, call.scope, query);
    return { items: items.map(presentProject), next };
  });
  router.on(access.createProject, async ({ cp, call, body }) =>
    presentProject(await createProject(cp, call, body)),
  );
  router.on(access.listWorkers, async ({ cp }) => ({
    items: (await listWorkers(cp)).map(({ id, name, version: of, startedAt, heartbeatAt, draining }) => ({
      id,
      name,
      version: of,
      startedAt: iso(startedAt),
      heartbeatAt: iso(heartbeatAt),
      draining,
    })),
  }));
  router.on(access.takeProfile, async ({ body, signal }) => {
    const stream = await takeProfile(body, signal);
    const suffix = body.kind === "cpu" ? "cpuprofile" : "heapsnapshot";
    return new Response(stream, {
      headers: {
        "Content-Type": "application/json",
        "Content-Disposition": `attachment; filename="syncline.${suffix}"`,
      },
    });
  });
}

function keyRoutes(router: Router): void {
  router.on(access.listKeys, async ({ cp, call, identity, query }) => {
    const all = grants(identity.organizationScopes, "keys:read");
    const own = all ? {} : { projectId: identity.projectId };
    const { items, next } = await listKeys(cp, call.scope, { ...query, ...own });
    return { items: items.map(presentKey), next };
  });
  router.on(access.createKey, async ({ cp, call, identity, body }) => {
    assertFuture(body.expiresAt);
    assertNoMore(identity, {
      scopes: body.scopes,
      projectId: body.allProjects ? null : call.scope.projectId,
    });
    return presentIssued(
      await createApiKey(cp, call, {
        name: body.name,
        scopes: body.scopes,
        projectId: body.allProjects ? null : call.scope.projectId,
        expiresAt: body.expiresAt === undefined ? endOf(identity) : new Date(body.expiresAt),
      }),
    );
  });
  router.on(access.rotateKey, async ({ cp, call, identity, params, body }) => {
    const key = await getKey(cp, call.scope, { keyId: params.id });
    assertNoMore(identity, key);
    assertOwn(identity, key);
    return presentIssued(
      await rotateApiKey(cp, call, {
        keyId: params.id,
        overlapMs: body.overlapSeconds * 1000,
        expiresAt: endOf(identity),
      }),
    );
  });
  router.on(access.revokeKey, async ({ cp, call, identity, params }) => {
    const { projectId } = await getKey(cp, call.scope, { keyId: params.id });
    assertNoMore(identity, { scopes: [], projectId });
    await revokeApiKey(cp, call, { keyId: params.id });
    return new Response(null, { status: 204 });
  });
}

/** Keys that stand for a person: what they can do follows the person's roles, at each request. */
function ownKeyRoutes(router: Router): void {
  router.on(access.listMyKeys, async ({ cp, call, identity, query }) => {
    const { userId } = identity;
    if (userId === null) return { items: [], next: null };
    const { items, next } = await listKeys(cp, call.scope, { ...query, userId });
    return { items: items.map(presentKey), next };
  });
  router.on(access.createMyKey, async ({ cp, call, identity, body }) => {
    const { userId } = sessionOf(identity);
    assertFuture(body.expiresAt);
    const { name, scopes } = body;
    const expiresAt = body.expiresAt === undefined ? null : new Date(body.expiresAt);
    return presentIssued(await createApiKey(cp, call, { name, scopes, userId, expiresAt }));
  });
  router.on(access.revokeMyKey, async ({ cp, call, identity, params }) => {
    const { userId } = sessionOf(identity);
    const key = await getKey(cp, call.scope, { keyId: params.id });
    if (key.userId !== userId)
      throw new CodedError("resource.not_found", `There is no API key "${params.id}".`);
    await revokeApiKey(cp, call, { keyId: params.id });
    return new Response(null, { status: 204 });
  });
}

function assertFuture(expiresAt: string | undefined): void {
  if (expiresAt !== undefined && new Date(expiresAt).getTime() <= Date.now())
    throw new CodedError("request.invalid", "The key would have ended already: expiresAt is in the past.");
}

/** Nobody hands out more than they have. @throws CodedError `auth.denied` */
function assertNoMore(
  identity: Identity,
  { scopes, projectId }: { readonly scopes: readonly string[]; readonly projectId: string | null },
): void {
  const reach = { projectId, environmentId: null };
  const excess = scopes.find((scope) => !holdsAll(identity.authority, reach, [scope]));
  if (!holdsAll(identity.authority, reach, ["keys:write"]))
    throw new CodedError("auth.denied", "A key of one project cannot make, replace or end one of others.");
  if (excess !== undefined)
    throw new CodedError("auth.denied", `A key cannot give the scope "${excess}", which it does not have.`);
}

/** Whoever has a key of a person is that person, in approvals and in the audit log. @throws CodedError `auth.denied` */
function assertOwn({ userId }: Identity, key: Pick<ApiKeyRecord, "userId">): void {
  if (key.userId === null || key.userId === userId) return;
  throw new CodedError("auth.denied", "The key stands for somebody else, who alone can replace it.", {
    hint: "It can be revoked; its person makes another one with POST /me/keys.",
  });
}

/** A key outlives the one that made it only when somebody says so; a session ends anyway. */
function endOf({ keyId, expiresAt }: Identity): Date | null {
  return keyId === null ? null : expiresAt;
}

function presentUser({ id, email, name, hasPassword }: Person) {
  return { id, email, name, hasPassword };
}

function presentKey(key: ApiKeyRecord): KeyAnswer {
  return {
    id: key.id,
    publicId: key.publicId,
    name: key.name,
    projectId: key.projectId,
    userId: key.userId,
    scopes: key.scopes,
    rotates: key.rotates,
    createdBy: key.createdBy,
    createdAt: iso(key.createdAt),
    expiresAt: isoOrNull(key.expiresAt),
    lastUsedAt: isoOrNull(key.lastUsedAt),
    revokedAt: isoOrNull(key.revokedAt),
  };
}

function presentIssued({ key, token }: IssuedKey) {
  return { key: token, record: presentKey(key) };
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
}

function presentProject({ id, slug, name, createdAt }: Named & { readonly slug: string }) {
  return { id, slug, name, createdAt: iso(createdAt) };
}
