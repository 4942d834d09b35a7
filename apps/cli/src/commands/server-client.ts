import { type Client, createClient } from "@syncline/api/client";
import { type Config, type RemoteServer, resolveRemoteServer, Secret } from "@syncline/config";
import { CodedError } from "@syncline/core";
import type { Session } from "../session.ts";
import { sessionWorkspace } from "./places.ts";
import type { ServerClientOptions } from "./server-client-options.ts";

/**
 * A client of the server that `--url` gives, with the key of `SYNCLINE_API_KEY`, else of the one that `--server`,
 * `SYNCLINE_SERVER` or `current` of the config names: a server with an https:// url and an apiKey.
 * @throws CodedError `usage.invalid`, `config.*`, `server.not_found`
 */
export async function serverClient(session: Session, options: ServerClientOptions): Promise<Client> {
  const { url, apiKey } = await addressOf(session, options);
  return createClient({
    url,
    apiKey,
    signal: session.context.signal,
    ...(options.project === undefined ? {} : { project: options.project }),
  });
}

async function addressOf(session: Session, { url }: ServerClientOptions): Promise<RemoteServer> {
  const { environment: env, context, globals } = session;
  const { signal } = context;
  if (url !== undefined) {
    assertAlone(session);
    const literal = { kind: "literal", value: new Secret(url) } as const;
    const apiKey = { kind: "env", name: "SYNCLINE_API_KEY" } as const;
    return resolveRemoteServer({ name: "--url", url: literal, apiKey, environment: null }, { env, signal });
  }
  const { config } = await sessionWorkspace(session);
  const name = globals.server ?? (env.SYNCLINE_SERVER || config.current);
  const remote = name === null ? undefined : config.remotes.get(name);
  if (remote === undefined) throw noServer(config, name);
  return resolveRemoteServer(remote, { env, signal });
}

function assertAlone({ globals, environment }: Session): void {
  if (globals.server !== undefined)
    throw new CodedError("usage.invalid", "--url and --server both name a server; one of them does.");
  if (!environment.SYNCLINE_API_KEY)
    throw new CodedError("usage.invalid", "--url needs a key, and SYNCLINE_API_KEY is not set.", {
      hint: "Set it to a key of that server, or name a server of the config with --server.",
    });
}

function noServer({ servers }: Config, name: string | null): CodedError {
  const hint =
    "Give --url and set SYNCLINE_API_KEY, or name with --server one of the config that has an https:// url and an apiKey.";
  if (name === null) return new CodedError("usage.invalid", "No running Syncline server is named.", { hint });
  return servers.has(name)
    ? new CodedError("usage.invalid", `"${name}" is a database, not a running Syncline server.`, { hint })
    : new CodedError("server.not_found", "The config has no server of the name that was given.", { hint });
}
