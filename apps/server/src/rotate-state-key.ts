import type { ServiceSettings } from "@syncline/config";
import { type ControlPlane, countSealed, listWorkers, rewrapAll } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import type { Logger } from "@syncline/observability";
import { openState } from "./open-state.ts";
import type { StateKeyRotated } from "./service-contract.ts";
import { forgetPreviousKeys, masterKeysOf, replaceMasterKey } from "./state/state-folder.ts";

const ALIVE_MS = 30_000;

/**
 * Gives a state folder another master key, while no server runs on it. May be broken off at any point: until everything
 * is under the new key both lie in the folder, and the next call, which makes no further key then, goes on.
 * @throws CodedError `usage.invalid` when the key is not the folder's, `target.locked` while a server runs,
 * `encryption.wrong_key` when something cannot be opened
 */
export async function rotateStateKey(settings: ServiceSettings, logger: Logger): Promise<StateKeyRotated> {
  const { stateFolder, masterKey } = settings;
  if (masterKey.current !== null)
    throw new CodedError("usage.invalid", "The master key is not that of the state folder.", {
      hint: "It comes from SYNCLINE_MASTER_KEY, its file or its command: docs/runbooks/key-rotation.md says how to change it while everything runs.",
    });
  const applicationName = "syncline secrets";
  const alone = await openState(settings, { applicationName, embedded: "start", key: "alone", logger });
  try {
    await assertNobody(alone.controlPlane);
    if (masterKeysOf(stateFolder).previous.length === 0) replaceMasterKey(stateFolder);
    const state = await openState(settings, { applicationName, embedded: "running", key: "held", logger });
    return await wrapAll(state.controlPlane, stateFolder).finally(() => state.close());
  } finally {
    await alone.close();
  }
}

async function wrapAll(controlPlane: ControlPlane, stateFolder: string): Promise<StateKeyRotated> {
  const call = { scope: controlPlane.defaultScope, actor: "operator" };
  const { rewrapped } = await rewrapAll(controlPlane, call);
  const keys = await countSealed(controlPlane);
  const left = keys.filter(({ current }) => !current).reduce((sum, { secrets }) => sum + secrets, 0);
  if (left > 0)
    throw new CodedError("encryption.wrong_key", `${left} secrets are not under the new master key.`, {
      hint: "`syncline secrets status` names the keys; give the one that is missing in SYNCLINE_MASTER_KEY_PREVIOUS and repeat this.",
    });
  forgetPreviousKeys(stateFolder);
  return { keyId: controlPlane.sealer.currentId, rewrapped };
}

async function assertNobody(cp: ControlPlane): Promise<void> {
  const workers = await listWorkers(cp);
  const alive = workers.filter(({ heartbeatAt }) => Date.now() - heartbeatAt.getTime() < ALIVE_MS);
  if (alive.length === 0) return;
  throw new CodedError(
    "target.locked",
    "A server runs on this state, or ended less than half a minute ago.",
    {
      hint: "Stop it, wait half a minute, and repeat this.",
      retryable: true,
    },
  );
}
