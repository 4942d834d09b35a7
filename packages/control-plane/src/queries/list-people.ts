import { and, desc, eq } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { type Page, type PageInput, pageByAge, readAge, readLimit } from "../paging.ts";
import { grantsOfUser, type Person, personOf } from "../people/person.ts";
import { users } from "../schema/index.ts";
import { olderThan } from "./by-age.ts";

const select = { user: users, grants: grantsOfUser };

/** Of the whole organization, newest first, also those whose account is deactivated. */
export async function listPeople(
  cp: ControlPlane,
  { organizationId }: Scope,
  input: PageInput = {},
): Promise<Page<Person>> {
  const limit = readLimit(input);
  const position = readAge(input);
  const rows = await read(cp, organizationId, (db) =>
    db
      .select(select)
      .from(users)
      .where(and(eq(users.organizationId, organizationId), olderThan(users, position)))
      .orderBy(desc(users.createdAt), desc(users.id))
      .limit(limit + 1),
  );
  return pageByAge(
    rows.map(({ user, grants }) => personOf(user, grants)),
    limit,
  );
}

/** @throws CodedError `resource.not_found` */
export async function getPerson(
  cp: ControlPlane,
  { organizationId }: Scope,
  { userId }: { readonly userId: string },
): Promise<Person> {
  assertId("person", userId);
  const [row] = await read(cp, organizationId, (db) =>
    db
      .select(select)
      .from(users)
      .where(and(eq(users.id, userId), eq(users.organizationId, organizationId))),
  );
  const { user, grants } = found(row, "person", userId);
  return personOf(user, grants);
}
