import { CodedError } from "@syncline/core";
import type { Config, ServerConfig } from "../config.ts";
import { type EnvironmentRules, environmentRules, hasRules } from "../environments.ts";
import { type FindProtectionOptions, type Place, serversAt } from "./find-protection.ts";

/** Rules of one environment that a place belongs to. */
export interface NamedRules {
  readonly environment: string;
  readonly rules: EnvironmentRules;
}

export interface RuledPlace {
  /** Printed locator. */
  readonly label: string;
  readonly place: Place;
  /** The server that its locator named, or null. */
  readonly server: string | null;
}

/**
 * Rules of every environment that a place belongs to, by where it leads and not by how it was named: when several servers
 * lead there, all of theirs hold. Environments without rules are left out.
 * @throws CodedError `target.protected` when a server with rules cannot be resolved now, for it may be this one
 */
export async function rulesAt(
  config: Config,
  { label, place, server }: RuledPlace,
  options: Omit<FindProtectionOptions, "explicitServer">,
): Promise<readonly NamedRules[]> {
  const ruled = (each: ServerConfig) => hasRules(environmentRules(config, each.environment));
  if (![...config.servers.values()].some(ruled)) return [];
  const found = await serversAt(config, place, { ...options, explicitServer: server }, ruled);
  const doubtful = found.unresolved.flatMap((name) => config.servers.get(name) ?? []).find(ruled);
  if (doubtful !== undefined) throw unresolved(label, doubtful);
  const primaries = found.servers.flatMap(({ replicaOf }) => config.servers.get(replicaOf ?? "") ?? []);
  const names = new Set([...found.servers, ...primaries].flatMap(({ environment }) => environment ?? []));
  return [...names]
    .map((environment) => ({ environment, rules: environmentRules(config, environment) }))
    .filter(({ rules }) => hasRules(rules));
}

function unresolved(label: string, { name, environment }: ServerConfig): CodedError {
  return new CodedError(
    "target.protected",
    `Whether "${label}" is in the environment "${environment}" cannot be told: the address of "${name}" cannot be read now.`,
    {
      hint: `Set what the url or host of "${name}" refers to, so that the environment's rules can be checked.`,
      details: { target: label, server: name, environment },
    },
  );
}
