import { environmentRules, hasRules, type NamedRules, rulesAt } from "@syncline/config";
import { CodedError, judgeSignatures, validSigners } from "@syncline/core";
import type { PatchInput } from "@syncline/engine";
import { verifyStatement } from "@syncline/snapshot-store/sealing";
import type { Place, RemotePlace } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";

/** A write that the rules of its target's environment are asked about. */
export interface ConsentWish {
  /** `apply`, `copy`. */
  readonly action: string;
  readonly dryRun: boolean;
  /** What will be written, exactly; null where it is known only while it is written. */
  readonly patch: PatchInput | null;
  /** Whether rows may be changed in a way that the patch does not say, which no signature of it covers. */
  readonly beyond?: boolean;
}

/**
 * The rules of the target's environment, on every path and before anything is written. A dry run takes no approval, for
 * it is rolled back; a frozen target refuses it too, because it takes locks and fires triggers.
 * @throws CodedError `target.frozen`, `patch.signature_missing`, `review.required`, `target.protected`
 */
export async function assertConsent(
  setting: OperationSetting,
  target: Place | RemotePlace,
  wish: ConsentWish,
): Promise<void> {
  const all = await rulesOf(setting, target);
  for (const named of all) assertNotFrozen(target.label, named);
  if (wish.dryRun) return;
  for (const named of all) assertAgreed(setting, target.label, { ...wish, ...named });
}

/** Both questions of a write that carries no patch: what the environment demands, then who confirms it. */
export async function agreeToWrite(
  setting: OperationSetting,
  { action, target, dryRun }: { readonly action: string; readonly target: Place; readonly dryRun: boolean },
): Promise<void> {
  await assertConsent(setting, target, { action, dryRun, patch: null });
  await setting.confirmWrite({ action, target, dryRun });
}

/** The freeze alone: of a target whose patch is asked about later. */
export async function assertThawed(setting: OperationSetting, target: Place | RemotePlace): Promise<void> {
  for (const named of await rulesOf(setting, target)) assertNotFrozen(target.label, named);
}

async function rulesOf(
  { workspace, context, storedRules }: OperationSetting,
  target: Place | RemotePlace,
): Promise<readonly NamedRules[]> {
  const { config, environment: env } = workspace;
  if (!("scope" in target)) {
    const rules = environmentRules(config, target.environment);
    return target.environment === null || !hasRules(rules)
      ? []
      : [{ environment: target.environment, rules }];
  }
  const { host, port, database } = target.scope.connection;
  const ruled = { label: target.label, server: target.server, place: { host, port, database } };
  const own = await rulesAt(config, ruled, { env, signal: context.signal });
  return [...own, ...((await storedRules?.(target)) ?? [])];
}

function assertNotFrozen(label: string, { environment, rules: { frozen } }: NamedRules): void {
  if (frozen === null) return;
  throw new CodedError(
    "target.frozen",
    `The environment "${environment}" of "${label}" is frozen: ${frozen}`,
    {
      hint: "No option overrides this; end the freeze where it was set.",
      details: { target: label, environment },
    },
  );
}

type AskedConsent = ConsentWish & NamedRules;

function assertAgreed(setting: OperationSetting, label: string, asked: AskedConsent): void {
  const { environment, rules, action, patch } = asked;
  const signers = signersOf(setting, asked);
  const { signatures, approvals } = rules;
  if (signatures !== null) {
    const counted = signers.filter((signer) => signatures.signers.includes(signer)).length;
    if (counted < signatures.required) throw unsigned(label, asked, { found: counted, ...signatures });
  }
  // What a signature covers is the patch; what force and cascades do beside it, people have to look at.
  const given = Math.max(
    setting.consent?.approvals ?? 0,
    patch === null || asked.beyond === true ? 0 : signers.length,
  );
  if (given >= approvals) return;
  throw new CodedError(
    "review.required",
    `To ${action} to "${label}" takes ${approvals} ${approvals === 1 ? "approval" : "approvals"} in the environment "${environment}"; found ${given}.`,
    {
      hint: `Open a review at a Syncline server that knows this target${signatures === null ? "" : ", or have the patch signed by enough of the environment's signers (syncline patch sign)"}.`,
      details: { target: label, environment, required: approvals, found: given },
    },
  );
}

/** Different keys that agreed to exactly this, for this environment, not too long ago. */
function signersOf({ consent, context }: OperationSetting, asked: AskedConsent): readonly string[] {
  const { patch, environment, rules } = asked;
  const agreed = consent?.signers ?? [];
  if (patch === null) return agreed;
  const verdicts = judgeSignatures({
    signatures: patch.signatures ?? [],
    patch: patch.hash,
    environment,
    // Approvals without a list of signers would be anybody's keys.
    signers: rules.signatures?.signers ?? [],
    now: context.now(),
    expireMs: rules.approvalMs,
    verify: verifyStatement,
  });
  return [...new Set([...agreed, ...validSigners(verdicts)])];
}

function unsigned(
  label: string,
  { environment, action, patch }: AskedConsent,
  { found, required, signers }: { found: number; required: number; signers: readonly string[] },
): CodedError {
  const what = `${required} of ${signers.length} ${signers.length === 1 ? "signer" : "signers"}`;
  const message =
    patch === null
      ? `To ${action} to "${label}" is refused: the environment "${environment}" takes signed patches only.`
      : `The patch lacks signatures: the environment "${environment}" of "${label}" takes those of ${what}; valid ones found: ${found}.`;
  return new CodedError("patch.signature_missing", message, {
    hint:
      patch === null
        ? "Write what shall happen into a patch (diff --output, patch invert), have it signed (patch sign) and apply that."
        : `syncline patch verify --environment ${environment} tells each signature; syncline patch sign --environment ${environment} adds one.`,
    details: { target: label, environment, required, found },
  });
}
