import { randomBytes } from "node:crypto";
import type { Claim } from "@syncline/control-plane";
import { assertWritable, type ProgressEvent } from "@syncline/engine";
import type { OperationSetting, WantedWrite } from "../../operations/contract.ts";
import type { Workspace } from "../../workspace.ts";
import type { ReachedPoint } from "../kill-points.ts";

export interface UnitSettingInput {
  readonly claim: Claim;
  /** Names the control plane at targets. */
  readonly domain: string;
  readonly workspace: Workspace;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: (event: ProgressEvent) => void;
  readonly warn: (message: string) => void;
  readonly reached: ReachedPoint;
}

/** What the job's definition says in advance stands for what the command line asks. */
export function unitSetting(input: UnitSettingInput): OperationSetting {
  const { claim, domain, workspace, folder, signal, progress, warn, reached } = input;
  const { run, unit, fenceToken } = claim;
  return {
    workspace,
    folder,
    context: {
      signal,
      progress,
      warn,
      actor: run.requestedBy,
      now: () => new Date(),
      randomBytes: (length) => randomBytes(length),
    },
    confirmWrite: (wanted) => confirm(wanted, claim),
    applicationId: unit.id,
    fence: fenceToken === null ? null : { domain, token: fenceToken },
    reached,
  };
}

async function confirm({ target, dryRun }: WantedWrite, { run }: Claim): Promise<void> {
  const { definition } = run;
  const confirmed = "confirm" in definition ? (definition.confirm ?? null) : null;
  const { label, protection, confirmationName } = target;
  assertWritable({ label, protection, confirmationName, confirmed, dryRun });
}
