import type { ExitReason } from "../../exit-codes.ts";
import { formatColumns } from "../../render/text-table.ts";
import type { Session } from "../../session.ts";
import type { PeopleListOptions } from "../people.ts";
import { serverClient } from "../server-client.ts";
import { everybody, type PersonAnswer } from "./find-person.ts";

const HEADER = ["e-mail", "name", "roles", "last sign-in"];

export async function runPeopleList(session: Session, options: PeopleListOptions): Promise<ExitReason> {
  const client = await serverClient(session, options);
  const found: PersonAnswer[] = [];
  for await (const person of everybody(client)) found.push(person);
  if (options.json === true) {
    await session.output.line(JSON.stringify({ people: found }, null, 2));
    return "ok";
  }
  const rows = found.map(({ email, name, grants, deactivatedAt, lastSignInAt }) => [
    email,
    name,
    grants.map(nameOf).join(", ") || "no role",
    deactivatedAt === null ? (lastSignInAt?.slice(0, 10) ?? "never") : "deactivated",
  ]);
  for (const line of formatColumns([HEADER, ...rows], ["left", "left", "left", "left"]))
    await session.output.line(line);
  return "ok";
}

/** `operator on shop/staging`. */
function nameOf({ role, project, environment }: PersonAnswer["grants"][number]): string {
  if (project === null) return role;
  return `${role} on ${project}${environment === null ? "" : `/${environment}`}`;
}
