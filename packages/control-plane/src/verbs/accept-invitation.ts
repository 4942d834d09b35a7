import { and, eq, isNull, ne } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { joining, read, SERVICE, transact } from "../database/transact.ts";
import { parseEmail } from "../people/email-key.ts";
import {
  INVITATION_PURPOSE,
  type InvitationRecord,
  isOpen,
  linkEnded,
  withoutInvitationDigest,
} from "../people/invitation-record.ts";
import { lockOrganization } from "../people/lock-organization.ts";
import { assertUsablePassword, hashPassword } from "../people/password-hash.ts";
import { isOrganizationAdmin } from "../people/person.ts";
import { writeGrants } from "../people/write-grants.ts";
import {
  environments,
  invitations,
  organizations,
  projects,
  type RoleGrant,
  users,
} from "../schema/index.ts";
import { setPassword } from "./change-password.ts";
import { addPerson, taken } from "./create-person.ts";
import { type Browser, type StartedSession, startSession } from "./start-session.ts";
import { lockPerson } from "./update-person.ts";

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export interface LinkInput {
  readonly token: string;
  readonly kinds: readonly InvitationRecord["kind"][];
}

/** What a link is for, while it works. @throws CodedError `resource.not_found` */
export async function findInvitation(
  cp: ControlPlane,
  { token, kinds }: LinkInput,
): Promise<InvitationRecord & { readonly organization: string }> {
  const [row] = TOKEN.test(token)
    ? await read(cp, SERVICE, (db) =>
        db
          .select({ invitation: invitations, organization: organizations.name })
          .from(invitations)
          .innerJoin(organizations, eq(organizations.id, invitations.organizationId))
          .where(and(eq(invitations.digest, cp.credentials.digest(INVITATION_PURPOSE, token)), isOpen)),
      )
    : [];
  if (row === undefined || !kinds.includes(row.invitation.kind)) throw linkEnded();
  return { ...withoutInvitationDigest(row.invitation), organization: row.organization };
}

export interface AcceptInvitationInput extends LinkInput, Browser {
  readonly password: string;
  /** Of a new account. */
  readonly name?: string;
  /** Of the first administrator's. */
  readonly email?: string;
  readonly lifetimeMs: number;
  readonly requestId?: string;
}

/**
 * Makes the account that a link is for, or sets the password, and signs in. Of many at the same time one does.
 * @throws CodedError `resource.not_found` for a link that does not work, `resource.exists`, `request.invalid`
 */
export async function acceptInvitation(
  cp: ControlPlane,
  input: AcceptInvitationInput,
): Promise<StartedSession> {
  const invitation = await findInvitation(cp, input);
  const { organizationId } = invitation;
  const { email } = parseEmail(invitation.email ?? input.email ?? "");
  assertUsablePassword(input.password, email);
  const passwordHash = await hashPassword(input.password);
  const call: Call = {
    scope: { organizationId, projectId: "" },
    actor: `user:${email}`,
    ...(input.requestId === undefined ? {} : { requestId: input.requestId }),
  };
  return transact(cp, organizationId, async (change) => {
    await lockOrganization(change.tx, organizationId);
    await useInvitation(change, invitation.id);
    const userId = await ACCEPTED[invitation.kind](change, call, {
      invitation,
      email,
      passwordHash,
      name: input.name ?? email,
    });
    return startSession(joining(cp, change), { ...call, userId }, { ...input, userId, method: "password" });
  });
}

/** Within a change: takes a link for this use alone. @throws CodedError `resource.not_found` */
export async function useInvitation(change: Change, invitationId: string): Promise<void> {
  const used = await change.tx
    .update(invitations)
    .set({ usedAt: now })
    .where(and(eq(invitations.id, invitationId), isOpen))
    .returning({ id: invitations.id });
  if (used.length === 0) throw linkEnded();
}

interface Accepted {
  readonly invitation: InvitationRecord;
  readonly email: string;
  readonly passwordHash: string | null;
  readonly name: string;
}

type Accept = (change: Change, call: Call, accepted: Accepted) => Promise<string>;

const ACCEPTED: Readonly<Record<InvitationRecord["kind"], Accept>> = {
  invitation: joinAsInvited,
  reset: async (change, call, { invitation, passwordHash }) => {
    const { userId, organizationId } = invitation;
    if (userId === null || passwordHash === null) throw linkEnded();
    const person = await lockPerson(change, { organizationId, userId });
    if (person.deactivatedAt !== null) throw linkEnded();
    await setPassword(change, { ...call, userId }, { userId, passwordHash, except: null });
    return userId;
  },
  setup: async (change, call, accepted) => {
    const userId =
      (await knownPerson(change, call, accepted)) ?? (await joinAsInvited(change, call, accepted));
    // A link for who lost theirs is not to lie about when there is an administrator again.
    await change.tx
      .update(invitations)
      .set({ revokedAt: now })
      .where(
        and(
          eq(invitations.organizationId, call.scope.organizationId),
          eq(invitations.kind, "setup"),
          ne(invitations.id, accepted.invitation.id),
          isNull(invitations.usedAt),
          isNull(invitations.revokedAt),
        ),
      );
    return userId;
  },
};

/** A new account with the roles of its invitation, as far as their places are still there. */
export async function joinAsInvited(
  change: Change,
  call: Call,
  { invitation, email, passwordHash, name }: Accepted,
): Promise<string> {
  const grants = await stillThere(change, invitation);
  const { createdBy: invitedBy } = invitation;
  return addPerson(change, call, { email, name, passwordHash, grants, invitedBy });
}

async function stillThere(
  { tx }: Change,
  { organizationId, grants }: InvitationRecord,
): Promise<readonly RoleGrant[]> {
  const known = await tx
    .select({ projectId: projects.id })
    .from(projects)
    .where(eq(projects.organizationId, organizationId));
  const places = await tx
    .select({ id: environments.id })
    .from(environments)
    .where(eq(environments.organizationId, organizationId));
  const projectIds = new Set(known.map(({ projectId }) => projectId));
  const environmentIds = new Set(places.map(({ id }) => id));
  return grants.filter(
    ({ projectId, environmentId }) =>
      (projectId === null || projectIds.has(projectId)) &&
      (environmentId === null || environmentIds.has(environmentId)),
  );
}

/** Whoever lost the way in, as an administrator again; null for a new address. */
async function knownPerson(
  change: Change,
  call: Call,
  { email, passwordHash }: Accepted,
): Promise<string | null> {
  const { organizationId } = call.scope;
  const { key } = parseEmail(email);
  const [known] = await change.tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.emailKey, key), eq(users.organizationId, organizationId)));
  if (known === undefined) return null;
  if (passwordHash === null) throw taken();
  const userId = known.id;
  const { grants } = await lockPerson(change, { organizationId, userId });
  await setPassword(change, call, { userId, passwordHash, except: null });
  await change.tx.update(users).set({ deactivatedAt: null }).where(eq(users.id, userId));
  if (!grants.some(isOrganizationAdmin)) {
    const admin = { role: "admin", projectId: null, environmentId: null } as const;
    await writeGrants(change.tx, { organizationId, userId, grants: [...grants, admin], actor: call.actor });
  }
  change.audit(call, { action: "person.recover", subjectKind: "person", subjectId: userId });
  return userId;
}
