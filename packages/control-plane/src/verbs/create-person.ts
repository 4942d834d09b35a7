import { CodedError } from "@syncline/core";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { transact } from "../database/transact.ts";
import { parseEmail } from "../people/email-key.ts";
import { checkGrants, describeGrants, writeGrants } from "../people/write-grants.ts";
import { type RoleGrant, users } from "../schema/index.ts";

export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly grants: readonly RoleGrant[];
  /** As `hashPassword` makes it; null: signs in through the identity provider, or sets one by a link. */
  readonly passwordHash?: string | null;
  /** Who invited them; else the caller. */
  readonly invitedBy?: string;
}

/** Its id. @throws CodedError `resource.exists`, `resource.not_found` for a project or environment of somebody else, `request.invalid` */
export async function createPerson(cp: ControlPlane, call: Call, input: NewPerson): Promise<string> {
  return transact(cp, call.scope.organizationId, (change) => addPerson(change, call, input));
}

/** Within a change. */
export async function addPerson(
  change: Change,
  call: Call,
  { email: given, name, grants: wanted, passwordHash = null, invitedBy = call.actor }: NewPerson,
): Promise<string> {
  const { organizationId } = call.scope;
  const { email, key } = parseEmail(given);
  const grants = await checkGrants(change.tx, { organizationId, grants: wanted });
  const [row] = await change.tx
    .insert(users)
    .values({
      organizationId,
      email,
      emailKey: key,
      name: shownName(name),
      passwordHash,
      createdBy: invitedBy,
    })
    .onConflictDoNothing()
    .returning({ id: users.id });
  if (row === undefined) throw taken();
  const userId = row.id;
  await writeGrants(change.tx, { organizationId, userId, grants, actor: invitedBy });
  change.audit(call, {
    action: "person.create",
    subjectKind: "person",
    subjectId: userId,
    detail: { email, grants: describeGrants(grants), invitedBy },
  });
  change.emit({ organizationId, type: "person.created", payload: { userId } });
  return userId;
}

export function taken(): CodedError {
  return new CodedError("resource.exists", "There is a person with this e-mail address already.", {
    hint: "Another spelling of an address, also with a +tag, is the same person.",
  });
}

/** @throws CodedError `request.invalid` */
export function shownName(name: string): string {
  const shown = name.normalize("NFC").trim();
  if (shown !== "" && shown.length <= 200 && !/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(shown))
    return shown;
  throw new CodedError("request.invalid", "The name is not one that can be shown.", {
    hint: "1 to 200 characters, without control characters.",
  });
}
