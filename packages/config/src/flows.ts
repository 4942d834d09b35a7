import { CodedError } from "@syncline/core";
import type { Config, ServerConfig } from "./config.ts";
import { FILES, type FlowRules } from "./flow-rules.ts";
import type { FindProtectionOptions, Place } from "./protection/find-protection.ts";
import { serversAt } from "./protection/find-protection.ts";

/** One end of a flow; `place` is null for files and for places of other Syncline servers. */
export interface FlowEnd {
  readonly label: string;
  readonly place: Place | null;
  /** The server that its locator named, or null. */
  readonly server: string | null;
}

export interface Flow {
  readonly source: FlowEnd;
  readonly target: FlowEnd;
  readonly masked: boolean;
}

type Options = Omit<FindProtectionOptions, "explicitServer">;

/** What one end is called: by one server that leads there, or by nothing. */
type Names = ReadonlySet<string>;

/**
 * Refuses rows that may not go from here to there. Both ends are judged by where they lead, not by how they were named:
 * a URL or a second name of a server cannot go around a rule, and when several servers lead to one place, each must be
 * allowed.
 * @throws CodedError `flow.refused`
 */
export async function assertFlow(config: Config, flow: Flow, options: Options): Promise<void> {
  const { flows } = config;
  if (flows.default === "allow" && flows.allow.length === 0) return;
  const sources = await namesOf(config, flow.source, options);
  const targets = await namesOf(config, flow.target, options);
  for (const target of targets.certain) {
    for (const source of sources.certain) assertPair(flows, flow, { source, target });
  }
  // A server that cannot be resolved now may be this one.
  const doubtful = targets.doubtful.find((names) => isNamed(flows, names));
  if (doubtful !== undefined) throw unresolved(flow, [...doubtful].join(", "));
}

interface EndNames {
  readonly certain: readonly Names[];
  readonly doubtful: readonly Names[];
}

async function namesOf(config: Config, { place, server }: FlowEnd, options: Options): Promise<EndNames> {
  const remote = server === null ? undefined : config.remotes.get(server);
  if (remote !== undefined) return { certain: [ownNames(remote)], doubtful: [] };
  if (place === null) return { certain: [new Set([FILES])], doubtful: [] };
  const mentioned = (each: ServerConfig) => isNamed(config.flows, ownNames(each));
  const found = await serversAt(config, place, { ...options, explicitServer: server }, mentioned);
  const primaries = found.servers.flatMap(({ replicaOf }) => config.servers.get(replicaOf ?? "") ?? []);
  const certain = [...new Set([...found.servers, ...primaries])].map(ownNames);
  const doubtful = found.unresolved.flatMap((name) => config.servers.get(name) ?? []).map(ownNames);
  return { certain: certain.length === 0 ? [new Set()] : certain, doubtful };
}

function ownNames({ name, environment }: Pick<ServerConfig, "name" | "environment">): Names {
  return new Set(environment === null ? [name] : [name, environment]);
}

function isNamed({ allow }: FlowRules, names: Names): boolean {
  return allow.some(({ from, to }) => names.has(to) || names.has(from));
}

function assertPair(
  flows: FlowRules,
  flow: Flow,
  { source, target }: { readonly source: Names; readonly target: Names },
): void {
  const fits = (name: string, names: Names) => name === "*" || names.has(name);
  const toTarget = flows.allow.filter(({ to }) => fits(to, target));
  const ruled = flows.default === "deny" || toTarget.length > 0;
  if (!ruled) return;
  const fitting = toTarget.filter(({ from }) => fits(from, source));
  if (fitting.some(({ masked }) => !masked || flow.masked)) return;
  throw refused(flow, fitting.length > 0);
}

function refused({ source, target }: Flow, whenMasked: boolean): CodedError {
  const why = whenMasked ? "only with masks" : "not by the flows of the config";
  return new CodedError(
    "flow.refused",
    `Rows may not go from "${source.label}" to "${target.label}": ${why}.`,
    {
      hint: whenMasked
        ? "Name the masks with --mask."
        : "Add the flow to flows.allow in syncline.yaml when it is meant to be.",
      details: { source: source.label, target: target.label, masked: whenMasked },
    },
  );
}

function unresolved({ source, target }: Flow, server: string): CodedError {
  return new CodedError(
    "flow.refused",
    `Whether rows may go from "${source.label}" to "${target.label}" cannot be told: the address of "${server}" cannot be read now.`,
    { hint: "Set what its url or host refers to, so that the flows of the config can be checked." },
  );
}
