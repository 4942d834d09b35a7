import type { AnswerOf, environments, settings } from "@syncline/api";

type StoredEnvironment = AnswerOf<typeof environments.listEnvironments>["items"][number];
type ConfigEnvironment = AnswerOf<typeof settings.getSettings>["environments"][number];

/** An environment with all that holds for writes to it: the config and what is stored here, the stricter of each. */
export interface KnownEnvironment {
  readonly name: string;
  readonly stored: StoredEnvironment | null;
  readonly config: ConfigEnvironment | null;
  readonly servers: readonly string[];
  readonly approvals: number;
  readonly approvalSeconds: number;
  readonly signatures: boolean;
  /** Who froze it and why; `by` is null when the config did. */
  readonly frozen: { readonly reason: string; readonly by: string | null; readonly at: string | null } | null;
}

const DEFAULT_SECONDS = 7 * 24 * 3600;

interface Sources {
  readonly stored: readonly StoredEnvironment[];
  readonly config: readonly ConfigEnvironment[];
  readonly databases: readonly { readonly server: string; readonly environment: string | null }[];
}

/** Every environment that something names, in order of name. */
export function knownEnvironments({ stored, config, databases }: Sources): KnownEnvironment[] {
  const names = new Set([
    ...stored.map(({ name }) => name),
    ...config.map(({ name }) => name),
    ...databases.flatMap(({ environment }) => environment ?? []),
  ]);
  return [...names].sort().map((name) => {
    const own = stored.find((each) => each.name === name) ?? null;
    const fixed = config.find((each) => each.name === name) ?? null;
    const { frozen = null } = own ?? {};
    const byConfig = fixed?.frozen ?? null;
    return {
      name,
      stored: own,
      config: fixed,
      servers: databases.filter(({ environment }) => environment === name).map(({ server }) => server),
      approvals: Math.max(own?.approvals ?? 0, fixed?.approvals ?? 0),
      approvalSeconds: Math.min(
        own?.approvalSeconds ?? DEFAULT_SECONDS,
        fixed?.approvalSeconds ?? DEFAULT_SECONDS,
      ),
      signatures: (own?.signatures ?? false) || (fixed?.signatures ?? 0) > 0,
      frozen: frozen ?? (byConfig === null ? null : { reason: byConfig, by: null, at: null }),
    };
  });
}
