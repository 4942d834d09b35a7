import type { ServiceSettings } from "@syncline/config";
import {
  type ControlPlane,
  lockMasterKey,
  type MasterKeyLock,
  openControlPlane,
  parseMasterKey,
} from "@syncline/control-plane";
import { CodedError, isCodedError } from "@syncline/core";
import type { Logger } from "@syncline/observability";
import { readEmbeddedUrl, startEmbeddedState } from "./state/embedded-state.ts";
import { masterKeysOf } from "./state/state-folder.ts";

export interface OpenStateOptions {
  readonly applicationName: string;
  /** `start`: the state folder's PostgreSQL is ours. `running`: another process has it. */
  readonly embedded: "start" | "running";
  /** `alone`: nobody else uses the state folder's key until this is closed. `held`: whoever calls has seen to that. */
  readonly key?: "alone" | "held";
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
  { applicationName, embedded, logger, key }: OpenStateOptions,
): Promise<OpenState> {
  const ofFolder = masterKey.current === null;
  const keys = keysOf(masterKey, stateFolder);
  const server =
    databaseUrl === null && embedded === "start" ? await startEmbeddedState(stateFolder, logger) : null;
  const url = databaseUrl?.reveal() ?? server?.url ?? readEmbeddedUrl(stateFolder);
  try {
    const controlPlane = await openControlPlane({ url, ...keys, applicationName });
    const lock =
      ofFolder && key !== "held"
        ? await lockFolderKey(controlPlane, { stateFolder, alone: key === "alone" }).catch(
            async (error: unknown) => {
              await controlPlane.close();
              throw error;
            },
          )
        : null;
    return {
      controlPlane,
      url,
      close: async () => {
        await lock?.release();
        await controlPlane.close();
        await server?.stop();
      },
    };
  } catch (error) {
    await server?.stop();
    throw ofFolder && isCodedError(error) && error.code === "encryption.wrong_key"
      ? otherKey(stateFolder, error)
      : error;
  }
}

interface FolderKey {
  readonly stateFolder: string;
  readonly alone: boolean;
}

/** A key that is read while somebody replaces it would seal what nobody can open afterwards. */
async function lockFolderKey(cp: ControlPlane, { stateFolder, alone }: FolderKey): Promise<MasterKeyLock> {
  const lock = await lockMasterKey(cp, { alone });
  if (lock !== null && masterKeysOf(stateFolder).current.id.toString("hex") === cp.sealer.currentId)
    return lock;
  await lock?.release();
  throw alone
    ? new CodedError("target.locked", "A server or another rotation uses the master key of this state.", {
        hint: "Stop it, wait half a minute, and repeat this.",
        retryable: true,
      })
    : new CodedError("target.locked", "The master key of this state is being changed.", {
        hint: "Start again when `syncline secrets rotate` has ended.",
        retryable: true,
      });
}

function keysOf({ current, previous }: ServiceSettings["masterKey"], stateFolder: string) {
  const more = previous.map((key) => parseMasterKey(key.reveal(), { name: "A previous master key" }));
  if (current !== null) return { masterKey: parseMasterKey(current.reveal()), previousMasterKeys: more };
  const ofFolder = masterKeysOf(stateFolder);
  return { masterKey: ofFolder.current, previousMasterKeys: [...ofFolder.previous, ...more] };
}

/** Processes that share a database need one key; without a setting each takes its own. */
function otherKey(stateFolder: string, cause: Error): CodedError {
  return new CodedError(
    "encryption.wrong_key",
    `The control database was made with another master key than the one in "${stateFolder}".`,
    {
      hint: "Set SYNCLINE_MASTER_KEY to that key (master.key in the first process's state folder) for all processes, or name that folder with --state-directory.",
      cause,
    },
  );
}
