import { type AnswerOf, people } from "@syncline/api";
import {
  createInvitation,
  createPerson,
  endSessionsOf,
  getPerson,
  type InvitationRecord,
  listInvitations,
  listPeople,
  listSessions,
  type Person,
  resendInvitation,
  resetPassword,
  revokeInvitation,
  type SentLink,
  updatePerson,
} from "@syncline/control-plane";
import { assertManagesAccount, assertMayGrant } from "../http/assert-manages.ts";
import type { Identity } from "../http/identity.ts";
import type { Asked, Router } from "../http/router.ts";
import { originOf } from "../http/sign-in-origin.ts";
import type { ServiceParts } from "../service-parts.ts";
import { iso, isoOrNull, presentSession } from "./present.ts";

type PersonAnswer = AnswerOf<typeof people.getPerson>;
type LinkAnswer = AnswerOf<typeof people.invite>;

const HOUR_MS = 3_600_000;

export function peopleRoutes(router: Router, parts: ServiceParts): void {
  const { idleMs } = parts.settings.signIn;
  const shown = async ({ cp, call }: Pick<Asked<unknown>, "cp" | "call">, userId: string) =>
    presentPerson(await getPerson(cp, call.scope, { userId }));
  router.on(people.listPeople, async ({ cp, call, query }) => {
    const { items, next } = await listPeople(cp, call.scope, query);
    return { items: items.map(presentPerson), next };
  });
  router.on(people.createPerson, async ({ cp, call, identity, body }) => {
    assertManagesAccount(identity, body.grants);
    return shown({ cp, call }, await createPerson(cp, call, body));
  });
  router.on(people.getPerson, async ({ cp, call, params }) => shown({ cp, call }, params.id));
  router.on(people.updatePerson, async ({ cp, call, identity, params, body }) => {
    const { name, active, grants, addGrants, removeGrants } = body;
    await updatePerson(cp, call, {
      userId: params.id,
      ...(name === undefined ? {} : { name }),
      ...(active === undefined ? {} : { active }),
      ...(grants === undefined ? {} : { grants }),
      ...(addGrants === undefined ? {} : { addGrants }),
      ...(removeGrants === undefined ? {} : { removeGrants }),
      mayChange: ({ person, touched }) => {
        assertMayGrant(identity, touched);
        if (name !== undefined || active !== undefined) assertManagesAccount(identity, person.grants);
      },
    });
    return shown({ cp, call }, params.id);
  });
  router.on(people.resetPassword, async ({ cp, call, identity, params, body, headers }) => {
    const sent = await resetPassword(cp, call, {
      userId: params.id,
      lifetimeMs: body.hours * HOUR_MS,
      mayChange: (person) => assertManagesAccount(identity, person.grants),
    });
    return presentLink(parts, headers, sent);
  });
  router.on(people.listSessions, async ({ cp, call, identity, params }) => {
    const { id: userId } = await getPerson(cp, call.scope, { userId: params.id });
    const found = await listSessions(cp, call.scope, { userId, idleMs });
    return { items: found.map((session) => presentSession(session, identity.sessionId)) };
  });
  router.on(people.endSessions, async ({ cp, call, identity, params }) => {
    const person = await getPerson(cp, call.scope, { userId: params.id });
    assertManagesAccount(identity, person.grants);
    await endSessionsOf(cp, call, { userId: params.id });
    return new Response(null, { status: 204 });
  });
  invitationRoutes(router, parts);
}

function invitationRoutes(router: Router, parts: ServiceParts): void {
  router.on(people.listInvitations, async ({ cp, call, query }) => {
    const { items, next } = await listInvitations(cp, call.scope, query);
    return { items: items.map(presentInvitation), next };
  });
  router.on(people.invite, async ({ cp, call, identity, body, headers }) => {
    assertMayGrant(identity, body.grants);
    const { email, grants } = body;
    const sent = await createInvitation(cp, call, { email, grants, lifetimeMs: body.hours * HOUR_MS });
    return presentLink(parts, headers, sent);
  });
  router.on(people.resendInvitation, async ({ cp, call, identity, params, body, headers }) => {
    const sent = await resendInvitation(cp, call, {
      invitationId: params.id,
      lifetimeMs: body.hours * HOUR_MS,
      mayChange: mayHandOut(identity),
    });
    return presentLink(parts, headers, sent);
  });
  router.on(people.revokeInvitation, async ({ cp, call, identity, params }) => {
    await revokeInvitation(cp, call, {
      invitationId: params.id,
      mayChange: ({ grants }) => assertMayGrant(identity, grants),
    });
    return new Response(null, { status: 204 });
  });
}

/** Whoever gets a link has what it gives. One that sets a password gives the whole account, and is made anew instead. */
function mayHandOut(identity: Identity) {
  return ({ kind, grants }: InvitationRecord) => {
    if (kind === "invitation") assertMayGrant(identity, grants);
    else assertManagesAccount(identity, [ADMIN]);
  };
}

const ADMIN = { role: "admin", projectId: null, environmentId: null } as const;

function presentPerson(person: Person): PersonAnswer {
  const { id, email, name, grants, hasPassword, createdBy } = person;
  return {
    id,
    email,
    name,
    grants: [...grants],
    hasPassword,
    createdBy,
    createdAt: iso(person.createdAt),
    lastSignInAt: isoOrNull(person.lastSignInAt),
    deactivatedAt: isoOrNull(person.deactivatedAt),
  };
}

function presentInvitation(invitation: InvitationRecord): LinkAnswer["invitation"] {
  const { id, kind, email, userId, grants, createdBy, createdAt, expiresAt } = invitation;
  return {
    id,
    kind: kind === "reset" ? "reset" : "invitation",
    email,
    userId,
    grants: [...grants],
    state: stateOf(invitation),
    createdBy,
    createdAt: iso(createdAt),
    expiresAt: iso(expiresAt),
  };
}

function stateOf({ usedAt, revokedAt, expiresAt }: InvitationRecord) {
  if (usedAt !== null) return "used";
  if (revokedAt !== null) return "revoked";
  return expiresAt.getTime() <= Date.now() ? "expired" : "open";
}

/** The token stands behind the `#`, so that no log of a server gets it. */
function presentLink(
  { settings }: ServiceParts,
  headers: Headers,
  { invitation, token }: SentLink,
): LinkAnswer {
  const origin = originOf(settings, headers)?.origin ?? "";
  return { token, url: `${origin}/accept#${token}`, invitation: presentInvitation(invitation) };
}
