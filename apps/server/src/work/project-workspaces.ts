import type { Config, ServerConfig } from "@syncline/config";
import type { ControlPlane, Scope } from "@syncline/control-plane";
import type { Workspace } from "@syncline/runtime";
import type { Egress } from "@syncline/runtime/egress";
import { withStoredRules } from "./stored-rules.ts";

export interface ProjectWorkspacesOptions {
  readonly controlPlane: ControlPlane;
  readonly config: () => Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For other Syncline servers, of which the config names addresses. */
  readonly egress: () => Egress;
  readonly storedServers: (cp: ControlPlane, scope: Scope) => Promise<readonly ServerConfig[]>;
}

/** Config, servers and environments of projects. The config's belong to the first project; a name of the config goes before a stored one. */
export class ProjectWorkspaces {
  readonly #options: ProjectWorkspacesOptions;

  constructor(options: ProjectWorkspacesOptions) {
    this.#options = options;
  }

  /** `cp` within a transaction: whoever holds a connection must not wait for another. */
  async of(scope: Scope, cp = this.#options.controlPlane): Promise<Workspace> {
    const { controlPlane, config: current, environment, storedServers, egress } = this.#options;
    const config = current();
    const { defaultScope } = controlPlane;
    const ofConfig =
      scope.organizationId === defaultScope.organizationId && scope.projectId === defaultScope.projectId;
    const stored = (await storedServers(cp, scope)).map((server) => [server.name, server] as const);
    const servers = new Map([...stored, ...(ofConfig ? config.servers : [])]);
    const environments = await withStoredRules(config.environments, { cp, scope });
    const own = ofConfig ? config : { ...config, current: null, remotes: new Map() };
    const { fetch } = egress();
    return {
      config: { ...own, servers, environments },
      server: null,
      environment: ofConfig ? environment : {},
      fetch,
    };
  }
}
