import { createHash, randomBytes } from "node:crypto";
import { type Call, type ControlPlane, withIdempotency } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { assertWritable } from "@syncline/engine";
import type { AskedConsent, OperationSetting } from "@syncline/runtime/operations";
import type { Asked } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";

export interface DirectWork {
  readonly call: Call;
  readonly signal: AbortSignal;
  /** The target's server, which a protected one wants to hear. */
  readonly confirmed: string | null;
  /** Names the application in the target's ledger, so that a repeat finds it. */
  readonly applicationId: string | null;
  readonly warn?: (text: string) => void;
}

/** What an operation gets that a request waits for, instead of a worker. */
export async function directSetting(
  { workspaces, folder }: ServiceParts,
  { call, signal, confirmed, applicationId, warn = () => {} }: DirectWork,
): Promise<OperationSetting> {
  return {
    workspace: await workspaces.of(call.scope),
    folder,
    context: {
      signal,
      progress: () => {},
      warn,
      actor: call.actor,
      now: () => new Date(),
      randomBytes: (length) => randomBytes(length),
    },
    confirmWrite: async ({ target, dryRun }) => {
      const { label, protection, confirmationName } = target;
      assertWritable({ label, protection, confirmationName, confirmed, dryRun });
    },
    consent: notReviewed,
    applicationId,
    fence: null,
  };
}

/**
 * What a request brings along has nothing that people could have looked at before.
 * @throws CodedError `review.required`
 */
async function notReviewed({ environment, required }: AskedConsent): Promise<null> {
  if (required === 0) return null;
  throw new CodedError(
    "review.required",
    `Writes to the environment "${environment}" take ${required} ${required === 1 ? "approval" : "approvals"}; rows that come with the request cannot be looked at before.`,
    {
      hint: "Store them as a patch (POST /api/v1/patches), or import them by a job, and open a review of it.",
    },
  );
}

/**
 * The id under which a repeated request finds in the target's ledger what the first one wrote. The key is noted with what
 * was asked for, which is all that decides what is written, before anything is. @throws CodedError `idempotency.mismatch`
 */
export async function applicationIdOf(
  controlPlane: ControlPlane,
  { call, idempotencyKey }: Pick<Asked<unknown>, "call" | "idempotencyKey">,
  wanted: unknown,
): Promise<string | null> {
  if (idempotencyKey === null) return null;
  const requestDigest = sha256(JSON.stringify([call.actor, wanted]));
  await withIdempotency(controlPlane, call, { key: idempotencyKey, requestDigest }, async () => ({
    status: 200,
    response: null,
  }));
  const { organizationId, projectId } = call.scope;
  return uuidOf(sha256(JSON.stringify([organizationId, projectId, idempotencyKey, requestDigest])));
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Version 8 of RFC 9562: what is in it is ours to say. */
function uuidOf(hex: string): string {
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
