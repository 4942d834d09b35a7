import { access, environments } from "@syncline/api";
import type { Client } from "@syncline/api/client";
import { CodedError, ROLES, type Role } from "@syncline/core";
import type { Session } from "../../session.ts";
import type { PeopleGrantOptions } from "../people.ts";
import { serverClient } from "../server-client.ts";

export interface Grant {
  readonly role: Role;
  readonly projectId: string | null;
  readonly environmentId: string | null;
}

/** The role and place that the options name, as the server knows them. @throws CodedError `usage.invalid`, `resource.not_found` */
export async function readGrant(
  session: Session,
  client: Client,
  options: PeopleGrantOptions,
): Promise<Grant> {
  const role = ROLES.find((each) => each === options.role);
  if (role === undefined) throw new CodedError("usage.invalid", `--role expects one of ${ROLES.join(", ")}.`);
  if (options.on === undefined) return { role, projectId: null, environmentId: null };
  const [slug = "", environment, ...rest] = options.on.split("/");
  if (slug === "" || environment === "" || rest.length > 0)
    throw new CodedError("usage.invalid", "--on expects a project, or project/environment.");
  const projectId = await idOf("project", slug, (after) =>
    client.call(access.listProjects, { query: { limit: 500, ...after } }),
  );
  if (environment === undefined) return { role, projectId, environmentId: null };
  const there = await serverClient(session, { ...options, project: slug });
  const environmentId = await idOf("environment", environment, (after) =>
    there.call(environments.listEnvironments, { query: { limit: 500, ...after } }),
  );
  return { role, projectId, environmentId };
}

interface Listed {
  readonly items: readonly { readonly id: string; readonly name: string; readonly slug?: string }[];
  readonly next: string | null;
}

async function idOf(
  kind: string,
  name: string,
  list: (after: { readonly after?: string }) => Promise<Listed>,
): Promise<string> {
  for (let after: { readonly after?: string } = {}; ; ) {
    const { items, next } = await list(after);
    const found = items.find((item) => (item.slug ?? item.name) === name);
    if (found !== undefined) return found.id;
    if (next === null)
      throw new CodedError("resource.not_found", `The server has no ${kind} "${name.slice(0, 100)}".`);
    after = { after: next };
  }
}
