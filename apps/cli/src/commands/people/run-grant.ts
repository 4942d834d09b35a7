import { people } from "@syncline/api";
import { CodedError } from "@syncline/core";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { PeopleGrantOptions } from "../people.ts";
import { serverClient } from "../server-client.ts";
import { findPerson } from "./find-person.ts";
import { type Grant, readGrant } from "./read-grant.ts";

interface GrantChange {
  readonly email: string;
  readonly change: "grant" | "revoke";
}

const same = (one: Grant, other: Grant) =>
  one.role === other.role && one.projectId === other.projectId && one.environmentId === other.environmentId;

export async function runGrant(
  session: Session,
  { email, change }: GrantChange,
  options: PeopleGrantOptions,
): Promise<ExitReason> {
  const client = await serverClient(session, options);
  const person = await findPerson(client, email);
  const grant = await readGrant(session, client, options);
  if (change === "revoke" && !person.grants.some((each) => same(each, grant)))
    throw new CodedError("resource.not_found", `"${person.email}" does not have that role there.`, {
      hint: "`syncline people list` shows roles and places.",
    });
  const body = change === "grant" ? { addGrants: [grant] } : { removeGrants: [grant] };
  await client.call(people.updatePerson, { params: { id: person.id }, body });
  session.people.say(
    `${change === "grant" ? "Granted" : "Revoked"} ${grant.role} ${options.on === undefined ? "in the organization" : `on ${options.on}`}: ${person.email}.`,
  );
  return "ok";
}
