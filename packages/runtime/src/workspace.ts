import { type Config, formatIssue, loadConfig } from "@syncline/config";

/** The configuration of one call, and where names and secrets are looked up. */
export interface Workspace {
  readonly config: Config;
  /** `--server`, or null. */
  readonly server: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How other Syncline servers are reached; the system's way when absent. */
  readonly fetch?: typeof fetch;
}

export interface OpenWorkspaceOptions {
  /** `--config`, or null to search upward from `folder`. */
  readonly configFile: string | null;
  readonly server: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly warn: (message: string) => void;
}

/** @throws CodedError `config.not_found`, `config.invalid` */
export async function openWorkspace(options: OpenWorkspaceOptions): Promise<Workspace> {
  const { configFile, server, environment, folder, warn } = options;
  const { config, warnings } = await loadConfig({ file: configFile ?? undefined, folder, env: environment });
  for (const issue of warnings) warn(formatIssue(config.file ?? "config", issue));
  return { config, server, environment };
}
