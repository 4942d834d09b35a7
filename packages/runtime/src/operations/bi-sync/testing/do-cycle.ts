import { type Claim, type ControlPlane, claimUnit, finishUnit } from "@syncline/control-plane";
import { isCodedError } from "@syncline/core";
import type { KillPoint, ReachedPoint } from "../../../services/kill-points.ts";
import { executeBiSync } from "../../../services/worker/bi-sync-executor.ts";
import { toStoredError } from "../../../services/worker/stored-error.ts";
import type { UnitTools } from "../../../services/worker/unit-executor.ts";
import { unitSetting } from "../../../services/worker/unit-setting.ts";
import { openWorkspace } from "../../../workspace.ts";

export interface DoCycleInput {
  readonly cp: ControlPlane;
  readonly databaseUrl: string;
  /** With syncline.yaml. */
  readonly folder: string;
  readonly unitId: string;
  readonly workerId: string;
  readonly reached?: ReachedPoint;
}

/** What a worker does with a unit, without its queue and leases. */
export async function doCycle({
  cp,
  databaseUrl,
  folder,
  unitId,
  workerId,
  reached,
}: DoCycleInput): Promise<string> {
  const claimed = await claimUnit(cp, { unitId, workerId });
  if (claimed.kind === "refused") throw new Error(`unit refused: ${claimed.reason}`);
  const { claim } = claimed;
  const workspace = await openWorkspace({
    configFile: null,
    server: null,
    environment: {},
    folder,
    warn: () => {},
  });
  const tools = { controlPlane: cp, databaseUrl } as UnitTools;
  const setting = unitSetting({
    claim,
    domain: cp.id,
    workspace,
    folder,
    signal: new AbortController().signal,
    progress: () => {},
    warn: () => {},
    reached: reached ?? (() => {}),
    tools,
  });
  try {
    const result = await executeBiSync({ claim, setting, tools });
    if (result.finished === true) return "done";
    return await finish(cp, claim, { kind: "done", output: { summary: result.summary } });
  } catch (error) {
    if (!isCodedError(error)) throw error;
    await finish(cp, claim, { kind: "failed", error: toStoredError(error) });
    return `${error.code}: ${error.message}`;
  }
}

async function finish(
  cp: ControlPlane,
  { unit, token }: Claim,
  outcome: Parameters<typeof finishUnit>[1]["outcome"],
): Promise<string> {
  await finishUnit(cp, { unitId: unit.id, token, outcome });
  return outcome.kind;
}

/** Kills the process at a point. */
export const dieAt =
  (wanted: KillPoint | null): ReachedPoint =>
  (point) => {
    if (point === wanted) process.kill(process.pid, "SIGKILL");
  };
