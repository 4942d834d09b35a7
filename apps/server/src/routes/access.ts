import { type AnswerOf, access, grants, type Permission } from "@syncline/api";
import {
  type ApiKeyRecord,
  createApiKey,
  createEnvironment,
  createProject,
  getKey,
  type IssuedKey,
  listAudit,
  listEnvironments,
  listKeys,
  listProjects,
  listWorkers,
  revokeApiKey,
  rotateApiKey,
} from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import type { Identity } from "../http/request-environment.ts";
import type { Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { takeProfile } from "../work/take-profile.ts";
import { iso, isoOrNull } from "./present.ts";

type KeyAnswer = AnswerOf<typeof access.listKeys>["items"][number];

export function accessRoutes(router: Router, { version }: ServiceParts): void {
  router.on(access.me, async ({ identity, call }) => ({
    actor: identity.actor,
    keyId: identity.keyId,
    organizationId: call.scope.organizationId,
    projectId: call.scope.projectId,
    scopes: [...identity.scopes],
    expiresAt: isoOrNull(identity.expiresAt),
    version,
  }));
  keyRoutes(router);
  router.on(access.listAudit, async ({ cp, call, query }) => {
    const { items, next } = await listAudit(cp, call.scope, query);
    return {
      items: items.map(({ organizationId: _, at, ...entry }) => ({ ...entry, at: iso(at) })),
      next,
    };
  });
  router.on(access.listProjects, async ({ cp, call, query }) => {
    const { items, next } = await listProjects(cp, call.scope, query);
    return { items: items.map(presentProject), next };
  });
  router.on(access.createProject, async ({ cp, call, body }) =>
    presentProject(await createProject(cp, call, body)),
  );
  router.on(access.listEnvironments, async ({ cp, call, query }) => {
    const { items, next } = await listEnvironments(cp, call.scope, query);
    return { items: items.map(presentEnvironment), next };
  });
  router.on(access.createEnvironment, async ({ cp, call, body }) =>
    presentEnvironment(await createEnvironment(cp, call, body)),
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
    const own = identity.allProjects ? {} : { projectId: identity.projectId };
    const { items, next } = await listKeys(cp, call.scope, { ...query, ...own });
    return { items: items.map(presentKey), next };
  });
  router.on(access.createKey, async ({ cp, call, identity, body }) => {
    if (body.expiresAt !== undefined && new Date(body.expiresAt).getTime() <= Date.now())
      throw new CodedError("request.invalid", "The key would have ended already: expiresAt is in the past.");
    assertNoMore(identity, {
      scopes: body.scopes,
      projectId: body.allProjects ? null : call.scope.projectId,
    });
    return presentIssued(
      await createApiKey(cp, call, {
        name: body.name,
        scopes: body.scopes,
        projectId: body.allProjects ? null : call.scope.projectId,
        expiresAt: body.expiresAt === undefined ? identity.expiresAt : new Date(body.expiresAt),
      }),
    );
  });
  router.on(access.rotateKey, async ({ cp, call, identity, params, body }) => {
    const key = await getKey(cp, call.scope, { keyId: params.id });
    assertNoMore(identity, key);
    return presentIssued(
      await rotateApiKey(cp, call, {
        keyId: params.id,
        overlapMs: body.overlapSeconds * 1000,
        expiresAt: identity.expiresAt,
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

/** Nobody hands out more than they have. @throws CodedError `auth.denied` */
function assertNoMore(
  identity: Identity,
  { scopes, projectId }: { readonly scopes: readonly string[]; readonly projectId: string | null },
): void {
  const excess = scopes.find((scope) =>
    scope === "*" ? !identity.scopes.includes("*") : !grants(identity.scopes, scope as Permission),
  );
  if (excess !== undefined)
    throw new CodedError("auth.denied", `A key cannot give the scope "${excess}", which it does not have.`);
  if (!identity.allProjects && projectId !== identity.projectId)
    throw new CodedError("auth.denied", "A key of one project cannot make, replace or end one of others.");
}

function presentKey(key: ApiKeyRecord): KeyAnswer {
  return {
    id: key.id,
    publicId: key.publicId,
    name: key.name,
    projectId: key.projectId,
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

function presentEnvironment({ id, name, createdAt }: Named) {
  return { id, name, createdAt: iso(createdAt) };
}
