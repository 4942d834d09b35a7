import { and, desc, eq, ne } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { type Page, type PageInput, pageByAge, readAge, readLimit } from "../paging.ts";
import { type InvitationRecord, withoutInvitationDigest } from "../people/invitation-record.ts";
import { invitations } from "../schema/index.ts";
import { olderThan } from "./by-age.ts";

/** Links of the whole organization, newest first, also used ones. */
export async function listInvitations(
  cp: ControlPlane,
  { organizationId }: Scope,
  input: PageInput = {},
): Promise<Page<InvitationRecord>> {
  const limit = readLimit(input);
  const position = readAge(input);
  const rows = await read(cp, organizationId, (db) =>
    db
      .select()
      .from(invitations)
      .where(
        and(
          eq(invitations.organizationId, organizationId),
          ne(invitations.kind, "setup"),
          olderThan(invitations, position),
        ),
      )
      .orderBy(desc(invitations.createdAt), desc(invitations.id))
      .limit(limit + 1),
  );
  return pageByAge(rows.map(withoutInvitationDigest), limit);
}
