import { resolveAddress } from "@syncline/config";
import { placesOf, type RunPlaces } from "@syncline/control-plane";
import type { JobDefinition } from "@syncline/jobs";
import type { Workspace } from "../workspace.ts";

/**
 * What a run of a job writes to and uses, as its project's config has it. Targets go by address, because two names of
 * one database have one ledger; a server whose address cannot be found out now goes by its name.
 */
export async function placesOfRun(definition: JobDefinition, workspace: Workspace): Promise<RunPlaces> {
  const { config, server } = workspace;
  const current = server ?? workspace.environment["SYNCLINE_SERVER"] ?? config.current;
  const { targetKeys, serverKeys } = placesOf(definition, {
    ...(current === null || current === "" ? {} : { current }),
    tenancyOf: (name) => config.servers.get(name)?.tenancy.kind ?? null,
  });
  const addressed = await Promise.all(targetKeys.map((key) => addressOf(key, workspace)));
  return { targetKeys: [...new Set(addressed)].sort(), serverKeys };
}

/** `server`, `server:database` or `host:port/database`. */
async function addressOf(key: string, { config, environment }: Workspace): Promise<string> {
  const [name = "", database] = config.servers.has(key) ? [key] : splitLast(key);
  const server = config.servers.get(name);
  if (server === undefined) return withOneLoopback(key);
  try {
    const address = await resolveAddress(server, { env: environment });
    return withOneLoopback(`${address.host.toLowerCase()}:${address.port}/${database ?? address.database}`);
  } catch {
    return key; // the run says what is wrong when it starts
  }
}

function splitLast(key: string): [string, string?] {
  const at = key.lastIndexOf(":");
  return at < 0 ? [key] : [key.slice(0, at), key.slice(at + 1)];
}

function withOneLoopback(address: string): string {
  return address.replace(/^(localhost|\[?::1\]?)(?=:\d)/, "127.0.0.1");
}
