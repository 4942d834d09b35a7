import type { Role } from "@syncline/core";
import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { joining, read, SERVICE, transact } from "../database/transact.ts";
import { parseEmail } from "../people/email-key.ts";
import { INVITATION_PURPOSE, isOpen, withoutInvitationDigest } from "../people/invitation-record.ts";
import { lockOrganization } from "../people/lock-organization.ts";
import { invitations, oidcIdentities, users } from "../schema/index.ts";
import { joinAsInvited, useInvitation } from "./accept-invitation.ts";
import { addPerson } from "./create-person.ts";
import { signInFailed } from "./sign-in-by-password.ts";
import { type Browser, type StartedSession, startSession } from "./start-session.ts";

/** What the provider says of a person, proven. */
export interface OidcPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string | null;
  /** Null unless the provider has verified it. */
  readonly email: string | null;
}

export interface OidcSignIn extends Browser {
  readonly person: OidcPerson;
  /** Token of the invitation that the person came with. */
  readonly invitation: string | null;
  /** Role of who was not invited; null: they are refused. */
  readonly newcomers: { readonly role: Role; readonly domains: readonly string[] } | null;
  readonly lifetimeMs: number;
  readonly requestId?: string;
}

/**
 * A session for a person as an identity provider knows them: by issuer and subject, once they are joined. A verified address
 * joins them, once, with the account or the invitation that has exactly this address.
 * @throws CodedError `auth.sign_in_failed`, `resource.not_found` for an invitation that does not work
 */
export async function signInByOidc(cp: ControlPlane, input: OidcSignIn): Promise<StartedSession> {
  const organizationId = await organizationOf(cp, input);
  if (organizationId === null) throw signInFailed();
  const { person, requestId } = input;
  const call: Call = {
    scope: { organizationId, projectId: "" },
    actor: `user:${person.email ?? "unknown"}`,
    ...(requestId === undefined ? {} : { requestId }),
  };
  return transact(cp, organizationId, async (change) => {
    await lockOrganization(change.tx, organizationId);
    const userId = (await knownPerson(change, input)) ?? (await joinPerson(cp, change, call, input));
    if (userId === null) throw signInFailed();
    const [active] = await change.tx
      .select({ id: users.id, email: users.email })
      .from(users)
      .where(and(eq(users.id, userId), isNull(users.deactivatedAt)))
      .for("update");
    if (active === undefined) throw signInFailed();
    const own = { ...call, actor: `user:${active.email}`, userId };
    return startSession(joining(cp, change), own, { ...input, userId, method: "oidc" });
  });
}

/** The organization that a person is, or may come to be, of. */
async function organizationOf(
  cp: ControlPlane,
  { person, invitation, newcomers }: OidcSignIn,
): Promise<string | null> {
  return read(cp, SERVICE, async (db) => {
    const [known] = await db.select().from(oidcIdentities).where(sameIdentity(person));
    if (known !== undefined) return known.organizationId;
    if (person.email === null) return null;
    const { key } = parseEmail(person.email);
    const [user] = await db.select().from(users).where(eq(users.emailKey, key));
    if (user !== undefined) return user.organizationId;
    const link = invitation === null ? null : cp.credentials.digest(INVITATION_PURPOSE, invitation);
    const byEmail = sql`lower(${invitations.email}) = lower(${parseEmail(person.email).email})`;
    const [open] = await db
      .select()
      .from(invitations)
      .where(
        and(
          eq(invitations.kind, "invitation"),
          isOpen,
          link === null ? byEmail : eq(invitations.digest, link),
        ),
      )
      .orderBy(desc(invitations.createdAt))
      .limit(1);
    if (open !== undefined) return open.organizationId;
    return newcomers === null ? null : cp.defaultScope.organizationId;
  });
}

const sameIdentity = ({ issuer, subject }: OidcPerson) =>
  and(eq(oidcIdentities.issuer, issuer), eq(oidcIdentities.subject, subject));

async function knownPerson({ tx }: Change, { person }: OidcSignIn): Promise<string | null> {
  const [known] = await tx.select().from(oidcIdentities).where(sameIdentity(person));
  return known?.userId ?? null;
}

/** Null when the person is nobody here and is not to become somebody. */
async function joinPerson(
  cp: ControlPlane,
  change: Change,
  call: Call,
  input: OidcSignIn,
): Promise<string | null> {
  const { person } = input;
  if (person.email === null) return null;
  const userId =
    (await existingPerson(change, call, person)) ??
    (await invitedPerson(cp, change, call, input)) ??
    (await newcomer(change, call, input));
  if (userId === null) return null;
  const { organizationId } = call.scope;
  const { issuer, subject } = person;
  await change.tx.insert(oidcIdentities).values({ organizationId, issuer, subject, userId });
  change.audit(call, {
    action: "person.join_oidc",
    subjectKind: "person",
    subjectId: userId,
    detail: { issuer },
  });
  return userId;
}

/** An account of exactly this address that the issuer has named nobody else for. */
async function existingPerson(
  { tx }: Change,
  call: Call,
  { email, issuer }: OidcPerson,
): Promise<string | null> {
  const { email: shown, key } = parseEmail(email ?? "");
  const [user] = await tx
    .select()
    .from(users)
    .where(and(eq(users.emailKey, key), eq(users.organizationId, call.scope.organizationId)));
  if (user === undefined) return null;
  const [joined] = await tx
    .select()
    .from(oidcIdentities)
    .where(and(eq(oidcIdentities.userId, user.id), eq(oidcIdentities.issuer, issuer)));
  // Another mailbox of the same person, or an address that was given to somebody else since.
  if (joined !== undefined || user.email.toLowerCase() !== shown.toLowerCase()) throw signInFailed();
  return user.id;
}

async function invitedPerson(
  cp: ControlPlane,
  change: Change,
  call: Call,
  { person, invitation: token }: OidcSignIn,
): Promise<string | null> {
  const { email } = parseEmail(person.email ?? "");
  const open = await change.tx
    .select()
    .from(invitations)
    .where(
      and(
        eq(invitations.organizationId, call.scope.organizationId),
        eq(invitations.kind, "invitation"),
        isOpen,
        token === null ? undefined : eq(invitations.digest, cp.credentials.digest(INVITATION_PURPOSE, token)),
      ),
    )
    .orderBy(desc(invitations.createdAt));
  const mine = open.find((each) => each.email?.toLowerCase() === email.toLowerCase());
  if (mine === undefined) {
    // Somebody else's link.
    if (token !== null) throw signInFailed();
    return null;
  }
  await useInvitation(change, mine.id);
  const invitation = withoutInvitationDigest(mine);
  return joinAsInvited(change, call, { invitation, email, passwordHash: null, name: person.name ?? email });
}

async function newcomer(
  change: Change,
  call: Call,
  { person, newcomers }: OidcSignIn,
): Promise<string | null> {
  const { email, key } = parseEmail(person.email ?? "");
  const domain = key.slice(key.lastIndexOf("@") + 1);
  if (newcomers === null || !newcomers.domains.includes(domain)) return null;
  const grants = [{ role: newcomers.role, projectId: null, environmentId: null }];
  return addPerson(change, call, { email, name: person.name ?? email, grants });
}
