import { grants, type Permission } from "@syncline/api";
import { resolveAddress, serversAt } from "@syncline/config";
import { type Call, type ControlPlane, getPatch, getRun } from "@syncline/control-plane";
import { CodedError, parseEndpointLocator } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import type { Workspace } from "@syncline/runtime";
import { assertEnvironment, type Identity } from "../http/identity.ts";
import type { ServiceParts } from "../service-parts.ts";
import { assertNamedPlace } from "./check-definition.ts";

/** A request for something that is done at places. */
export interface PlacesAsked {
  readonly identity: Identity;
  /** That the route takes. */
  readonly permission: Permission;
  readonly cp: ControlPlane;
  readonly call: Call;
}

type Parts = Pick<ServiceParts, "workspaces">;
/** A locator; null: a place that nobody knows any more, which is in no environment. */
type Concerned = string | null;

/**
 * The caller has the route's scope at every place, whether read or written: in the whole project, or in all environments
 * of all servers that lead there. @throws CodedError `auth.denied`, `locator.invalid`, `server.not_found`
 */
export async function assertPlaces(
  { workspaces }: Parts,
  { identity, permission, cp, call }: PlacesAsked,
  places: readonly (Concerned | undefined)[],
): Promise<void> {
  if (grants(identity.scopes, permission)) return;
  const workspace = await workspaces.of(call.scope, cp);
  for (const place of places) {
    if (place === undefined) continue;
    const environments = place === null ? [null] : await environmentsAt(place, workspace);
    for (const environment of environments) assertEnvironment(identity, permission, environment);
  }
  // What is done nowhere in particular is done in the project.
  if (places.every((place) => place === undefined)) assertEnvironment(identity, permission, null);
}

/** The same for all places of a definition, also those that its patch was made from. */
export async function assertDefinitionPlaces(
  parts: Parts,
  asked: PlacesAsked,
  definition: JobDefinition,
): Promise<void> {
  if (grants(asked.identity.scopes, asked.permission)) return;
  const { source, target, base, patch, schedule } = definition as JobDefinition & {
    readonly [Part in "source" | "target" | "base" | "patch"]?: string;
  };
  const listened =
    schedule !== undefined && "listen" in schedule ? `${schedule.listen.server}:any:*` : undefined;
  // Files of the dump folder may hold rows of any environment.
  const read = definition.kind === "import" ? null : undefined;
  await assertPlaces(parts, asked, [source, target, base, listened, read]);
  if (patch !== undefined) await assertPatchPlaces(parts, asked, patch);
}

/** For the rows in a stored patch: those of the comparison that it came from; an uploaded one is of no environment. */
export async function assertPatchPlaces(parts: Parts, asked: PlacesAsked, patchId: string): Promise<void> {
  if (grants(asked.identity.scopes, asked.permission)) return;
  const { cp, call } = asked;
  const { runId } = await getPatch(cp, call.scope, { patchId });
  if (runId === null) return assertPlaces(parts, asked, [null]);
  await assertRunPlaces(parts, asked, runId);
}

export async function assertRunPlaces(parts: Parts, asked: PlacesAsked, runId: string): Promise<void> {
  if (grants(asked.identity.scopes, asked.permission)) return;
  const { definition } = await getRun(asked.cp, asked.call.scope, { runId });
  await assertDefinitionPlaces(parts, asked, definition);
}

/** Of the server that is named, and of every other that leads to the same place or may. */
async function environmentsAt(locator: string, workspace: Workspace): Promise<readonly (string | null)[]> {
  assertNamedPlace(locator, workspace);
  const parsed = parseEndpointLocator(locator);
  const { config, environment: env } = workspace;
  const name = (parsed.kind === "tenant" ? parsed.server : null) ?? workspace.server ?? config.current ?? "";
  const server = config.servers.get(name);
  if (server === undefined) return [config.remotes.get(name)?.environment ?? null];
  let found: Awaited<ReturnType<typeof serversAt>>;
  try {
    const place = await resolveAddress(server, { env });
    found = await serversAt(config, place, { env, explicitServer: name }, () => true);
  } catch {
    throw new CodedError(
      "auth.denied",
      `Where the server "${name}" leads cannot be told, nor which environment it is.`,
    );
  }
  const doubtful = found.unresolved.flatMap((each) => config.servers.get(each) ?? []);
  const there = [...found.servers, ...doubtful];
  const primaries = there.flatMap(({ replicaOf }) => config.servers.get(replicaOf ?? "") ?? []);
  const others = [...there, ...primaries].flatMap(({ environment }) => environment ?? []);
  return [...new Set([server.environment, ...others])];
}
