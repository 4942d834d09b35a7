import type { ServiceSettings } from "@syncline/config";
import { type ControlPlane, openControlPlane, parseMasterKey } from "@syncline/control-plane";
import type { Logger } from "@syncline/observability";
import { readEmbeddedUrl, startEmbeddedState } from "./state/embedded-state.ts";
import { masterKeyOf } from "./state/state-folder.ts";

export interface OpenStateOptions {
  readonly applicationName: string;
  /** `start`: the state folder's PostgreSQL is ours. `running`: another process has it. */
  readonly embedded: "start" | "running";
  readonly logger: Logger;
}

export interface OpenState {
  readonly controlPlane: ControlPlane;
  /** Of the control database; never printed. */
  readonly url: string;
  close(): Promise<void>;
}

/** The control database that the settings name, or the one of the state folder. @throws CodedError `control.*`, `config.invalid` */
export async function openState(
  { databaseUrl, masterKey, stateFolder }: ServiceSettings,
  { applicationName, embedded, logger }: OpenStateOptions,
): Promise<OpenState> {
  const key = masterKey === null ? masterKeyOf(stateFolder) : parseMasterKey(masterKey.reveal());
  const server =
    databaseUrl === null && embedded === "start" ? await startEmbeddedState(stateFolder, logger) : null;
  const url = databaseUrl?.reveal() ?? server?.url ?? readEmbeddedUrl(stateFolder);
  try {
    const controlPlane = await openControlPlane({ url, masterKey: key, applicationName });
    return {
      controlPlane,
      url,
      close: async () => {
        await controlPlane.close();
        await server?.stop();
      },
    };
  } catch (error) {
    await server?.stop();
    throw error;
  }
}
