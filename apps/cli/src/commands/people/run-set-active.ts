import { people } from "@syncline/api";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { serverClient } from "../server-client.ts";
import type { ServerClientOptions } from "../server-client-options.ts";
import { findPerson } from "./find-person.ts";

export async function runSetActive(
  session: Session,
  { email, active }: { readonly email: string; readonly active: boolean },
  options: ServerClientOptions,
): Promise<ExitReason> {
  const client = await serverClient(session, options);
  const { id, email: found } = await findPerson(client, email);
  await client.call(people.updatePerson, { params: { id }, body: { active } });
  session.people.say(`${active ? "Reactivated" : "Deactivated"} ${found}.`);
  return "ok";
}
