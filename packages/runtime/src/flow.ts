import { assertFlow as assertConfigFlow } from "@syncline/config";
import type { AnyPlace, Place } from "./place.ts";
import type { Workspace } from "./workspace.ts";

export interface WantedFlow {
  readonly source: AnyPlace;
  readonly target: Place;
  /** Whether rows are masked on the way. */
  readonly masked: boolean;
  readonly signal: AbortSignal;
}

/**
 * Refuses rows that may not go from here to there. Resolves with what people should know before they go on: sentences
 * about crossing from one security context into another.
 * @throws CodedError `flow.refused`
 */
export async function assertFlow(workspace: Workspace, flow: WantedFlow): Promise<readonly string[]> {
  const { source, target, masked, signal } = flow;
  const { config, environment: env } = workspace;
  const end = (place: Place) => {
    const { host, port, database } = place.scope.connection;
    return { label: place.label, server: place.server, place: { host, port, database } };
  };
  const from =
    source.kind === "live"
      ? end(source.place)
      : {
          label: source.place.label,
          server: source.kind === "remote" ? source.place.server.name : null,
          place: null,
        };
  await assertConfigFlow(config, { source: from, target: end(target), masked }, { env, signal });
  return source.kind === "live" ? crossings(source.place, target, masked) : [];
}

function crossings(source: Place, target: Place, masked: boolean): string[] {
  const warnings: string[] = [];
  if (source.environment !== null && source.environment !== target.environment) {
    const to = target.environment === null ? "a place without an environment" : target.environment;
    const bare = masked ? "" : ", without masks";
    warnings.push(
      `Rows of ${source.environment} go to ${to}${bare}: "${source.label}" to "${target.label}".`,
    );
  }
  if (isEncrypted(source) && !isEncrypted(target) && !isHere(target))
    warnings.push(`"${source.label}" is read with TLS, and "${target.label}" is written without.`);
  return warnings;
}

function isEncrypted({ scope }: Place): boolean {
  return ["require", "verify-ca", "verify-full"].includes(scope.connection.sslMode);
}

/** What does not leave this machine needs no TLS. */
function isHere({ scope: { connection } }: Place): boolean {
  return connection.host.startsWith("/") || /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(connection.host);
}
