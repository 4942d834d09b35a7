import { randomBytes } from "node:crypto";
import type { Claim } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { assertWritable, type ProgressEvent } from "@syncline/engine";
import type { OperationSetting, WantedWrite } from "../../operations/contract.ts";
import type { ReviewTools } from "../../reviews/review-tools.ts";
import { consentOfRun } from "../../reviews/run-consent.ts";
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
  readonly tools: ReviewTools;
}

/** What the job's definition says in advance stands for what the command line asks. */
export function unitSetting(input: UnitSettingInput): OperationSetting {
  const { claim, domain, folder, signal, progress, warn, reached, tools } = input;
  const { run, unit, fenceToken } = claim;
  const workspace = claim.mode === "inspect" ? withoutRules(input.workspace) : input.workspace;
  const consent = consentOfRun({ claim, tools, workspace, signal });
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
    confirmWrite: (wanted) => confirm(wanted, { claim, consent }),
    consent,
    applicationId: unit.id,
    fence: fenceToken === null ? null : { domain, token: fenceToken },
    reached,
  };
}

/** Who only looks what was written asks nobody. */
function withoutRules(workspace: Workspace): Workspace {
  return { ...workspace, config: { ...workspace.config, environments: new Map() } };
}

interface Confirmation {
  readonly claim: Claim;
  readonly consent: NonNullable<OperationSetting["consent"]>;
}

async function confirm(
  { target, dryRun }: WantedWrite,
  { claim: { run, mode }, consent }: Confirmation,
): Promise<void> {
  const { definition } = run;
  const { label, protection, confirmationName, environment } = target;
  const said = "confirm" in definition ? (definition.confirm ?? null) : null;
  const writes = !dryRun && protection !== "readonly" && mode === "work";
  const asks = writes && protection === "protected" && said !== confirmationName;
  // An approved review says more than the name of the server; a run that was started under one needs it in any case.
  const agreed =
    asks || (writes && run.reviewId !== null) ? await consent({ environment, required: 1 }) : null;
  if (writes && run.reviewId !== null && agreed === null)
    throw new CodedError(
      "review.required",
      "The review that the run was started under is not of what it writes.",
      {
        hint: "Open another review of this.",
      },
    );
  const confirmed = agreed === null ? said : confirmationName;
  assertWritable({ label, protection, confirmationName, confirmed, dryRun });
}
