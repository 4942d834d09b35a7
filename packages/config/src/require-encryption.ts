import type { Config } from "./config.ts";
import { type FindProtectionOptions, type Place, serversAt } from "./protection/find-protection.ts";

/**
 * Whether exports of a place must be encrypted: when one of the servers that lead there says so, however the place was
 * named. A standby counts as its primary too, and a server that cannot be resolved now may be this one.
 */
export async function requiresEncryption(
  config: Config,
  place: Place,
  options: FindProtectionOptions,
): Promise<boolean> {
  if (!config.requireEncryption && [...config.servers.values()].every((each) => !each.requireEncryption))
    return false;
  const found = await serversAt(config, place, options, (server) => server.requireEncryption);
  const named = (name: string | null) => config.servers.get(name ?? "") ?? [];
  const primaries = found.servers.flatMap(({ replicaOf }) => named(replicaOf));
  const candidates = [...found.servers, ...primaries, ...found.unresolved.flatMap(named)];
  if (found.servers.length === 0 && config.requireEncryption) return true;
  return candidates.some((server) => server.requireEncryption);
}
