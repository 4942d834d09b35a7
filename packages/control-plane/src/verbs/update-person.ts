import { and, eq, type SQL, sql } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { transact } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { assertAnAdminStays } from "../people/assert-an-admin-stays.ts";
import { lockOrganization } from "../people/lock-organization.ts";
import { grantsOfUser, isOrganizationAdmin, type Person, personOf } from "../people/person.ts";
import { revokeLinks } from "../people/revoke-links.ts";
import { checkGrants, describeGrants, writeGrants } from "../people/write-grants.ts";
import { type RoleGrant, users } from "../schema/index.ts";
import { shownName } from "./create-person.ts";
import { endSessions } from "./end-session.ts";

export interface UpdatePersonInput {
  readonly userId: string;
  readonly name?: string;
  readonly active?: boolean;
  /** All that they are to have; left out: what they have. */
  readonly grants?: readonly RoleGrant[];
  /** Taken away from that, and then added, so that two who change roles at once do not undo each other's change. */
  readonly removeGrants?: readonly RoleGrant[];
  readonly addGrants?: readonly RoleGrant[];
  /** Whether the caller may, asked when nobody else can change the person any more; throws when not. */
  readonly mayChange?: (change: PersonChange) => void;
}

export interface PersonChange {
  readonly person: Person;
  /** Roles given and taken. */
  readonly touched: readonly RoleGrant[];
}

/**
 * Name, roles, and whether the account is active. Deactivation ends every session; links that the person made stop to
 * work with it, and when a role is taken.
 * @throws CodedError `resource.not_found`, `auth.denied` for the last administrator, and what `mayChange` throws
 */
export async function updatePerson(cp: ControlPlane, call: Call, input: UpdatePersonInput): Promise<void> {
  assertId("person", input.userId);
  const { organizationId } = call.scope;
  await transact(cp, organizationId, async (change) => {
    await lockOrganization(change.tx, organizationId);
    const person = await lockPerson(change, { organizationId, userId: input.userId });
    const { addGrants = [], removeGrants = [] } = input;
    const wanted = [...without(input.grants ?? person.grants, removeGrants), ...addGrants];
    const changes = input.grants !== undefined || addGrants.length + removeGrants.length > 0;
    const grants = changes ? await checkGrants(change.tx, { organizationId, grants: wanted }) : person.grants;
    const added = without(grants, person.grants);
    const removed = without(person.grants, grants);
    input.mayChange?.({ person, touched: [...added, ...removed] });
    await rename(change, call, { person, name: input.name });
    if (added.length + removed.length > 0) await regrant(change, call, { person, grants, added, removed });
    await setActive(change, call, { person, active: input.active });
    const wasAdmin = person.deactivatedAt === null && person.grants.some(isOrganizationAdmin);
    const isAdmin = input.active !== false && grants.some(isOrganizationAdmin);
    if (wasAdmin && !isAdmin) await assertAnAdminStays(change.tx, organizationId);
    change.emit({ organizationId, type: "person.changed", payload: { userId: person.id } });
  });
}

export async function lockPerson(
  { tx }: Change,
  { organizationId, userId }: { readonly organizationId: string; readonly userId: string },
): Promise<Person> {
  const mine = and(eq(users.id, userId), eq(users.organizationId, organizationId));
  const [row] = await tx.select().from(users).where(mine).for("update");
  const user = found(row, "person", userId);
  const [granted] = await tx.select({ grants: grantsOfUser }).from(users).where(mine);
  return personOf(user, granted?.grants ?? []);
}

const nameOf = ({ role, projectId, environmentId }: RoleGrant) =>
  JSON.stringify([role, projectId, environmentId]);

function without(grants: readonly RoleGrant[], others: readonly RoleGrant[]): RoleGrant[] {
  const names = new Set(others.map(nameOf));
  return grants.filter((grant) => !names.has(nameOf(grant)));
}

async function rename(
  change: Change,
  call: Call,
  { person, name }: { readonly person: Person; readonly name: string | undefined },
): Promise<void> {
  if (name === undefined || shownName(name) === person.name) return;
  await change.tx
    .update(users)
    .set({ name: shownName(name) })
    .where(eq(users.id, person.id));
  change.audit(call, { action: "person.rename", subjectKind: "person", subjectId: person.id });
}

interface Regranted {
  readonly person: Person;
  readonly grants: readonly RoleGrant[];
  readonly added: readonly RoleGrant[];
  readonly removed: readonly RoleGrant[];
}

async function regrant(change: Change, call: Call, { person, grants, added, removed }: Regranted) {
  const { organizationId } = call.scope;
  await writeGrants(change.tx, { organizationId, userId: person.id, grants, actor: call.actor });
  if (removed.length > 0) await revokeLinksOf(change, person);
  change.audit(call, {
    action: "person.grants",
    subjectKind: "person",
    subjectId: person.id,
    detail: { email: person.email, added: describeGrants(added), removed: describeGrants(removed) },
  });
}

async function setActive(
  change: Change,
  call: Call,
  { person, active }: { readonly person: Person; readonly active: boolean | undefined },
): Promise<void> {
  const { deactivatedAt, id: userId, email } = person;
  if (active === undefined || active === (deactivatedAt === null)) return;
  await change.tx
    .update(users)
    .set({ deactivatedAt: active ? null : now })
    .where(eq(users.id, userId));
  change.audit(call, {
    action: active ? "person.reactivate" : "person.deactivate",
    subjectKind: "person",
    subjectId: userId,
    detail: { email },
  });
  if (active) return;
  await endSessions(change, call, { userId });
  await revokeLinksOf(change, person);
}

/** Links that the person made or sent again, also by a key of theirs, or that would set the person's password. */
async function revokeLinksOf({ tx }: Change, { id, email, organizationId }: Person): Promise<void> {
  const self = `user:${email}`;
  const by = (actor: SQL) => sql`(${actor} = ${self} OR starts_with(${actor}, ${`${self} `}))`;
  await revokeLinks(tx, { organizationId, by, userId: id });
}
