import { people } from "@syncline/api";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { PeopleGrantOptions } from "../people.ts";
import { serverClient } from "../server-client.ts";
import { readGrant } from "./read-grant.ts";

export async function runInvite(
  session: Session,
  email: string,
  options: PeopleGrantOptions,
): Promise<ExitReason> {
  const client = await serverClient(session, options);
  const grants = [await readGrant(session, client, options)];
  const { url, invitation } = await client.call(people.invite, { body: { email, grants } });
  session.people.say(
    `Send this link to ${invitation.email ?? email}; it works once, until ${invitation.expiresAt}:`,
  );
  await session.output.line(url);
  return "ok";
}
