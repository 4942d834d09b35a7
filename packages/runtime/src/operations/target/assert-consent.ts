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
  /** Whether options do more than the patch says, which no signature of it covers. */
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
  for (const named of all) await assertAgreed(setting, target.label, { ...wish, ...named });
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
  { workspace, context }: OperationSetting,
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
  return rulesAt(config, ruled, { env, signal: context.signal });
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

type AskedWish = ConsentWish & NamedRules;

async function assertAgreed(setting: OperationSetting, label: string, asked: AskedWish): Promise<void> {
  const { environment, rules, action, patch } = asked;
  const { signatures, approvals } = rules;
  // What a signature covers is the patch; what force and cascades do beside it, people have to look at.
  const own = asked.beyond === true ? [] : signersOf(setting, asked);
  const covered = setting.consent === undefined && patch !== null;
  const counted = (signers: readonly string[]) =>
    signers.filter((signer) => signatures?.signers.includes(signer)).length;
  const required = signatures?.required ?? 0;
  if ((covered ? own.length : 0) >= approvals && counted(own) >= required) return;
  const consent = (await setting.consent?.({ environment, required: approvals })) ?? null;
  const found = counted([...new Set([...own, ...(consent?.signers ?? [])])]);
  const given = Math.max(consent?.approvals ?? 0, covered ? own.length : 0);
  // What no signature of a patch covers is said by a review, whose approvals are signed.
  const reviewFirst = asked.beyond === true && given < approvals;
  if (signatures !== null && found < required && !reviewFirst)
    throw unsigned(label, asked, { found, ...signatures });
  if (given >= approvals) return;
  throw new CodedError(
    "review.required",
    `To ${action} to "${label}" takes ${approvals} ${approvals === 1 ? "approval" : "approvals"} in the environment "${environment}"; found ${given}.`,
    {
      hint: `${setting.consent === undefined ? "Open a review at a Syncline server that knows this target" : "Open a review of exactly this (syncline review open, or POST /api/v1/reviews)"}${signatures === null ? "" : ", or have the patch signed by enough of the environment's signers (syncline patch sign)"}.`,
      details: { target: label, environment, required: approvals, found: given },
    },
  );
}

/** Different keys that signed exactly this patch, for this environment, not too long ago. */
function signersOf({ context }: OperationSetting, asked: AskedWish): readonly string[] {
  const { patch, environment, rules } = asked;
  if (patch === null) return [];
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
  return validSigners(verdicts);
}

function unsigned(
  label: string,
  { environment, action, patch, beyond }: AskedWish,
  { found, required, signers }: { found: number; required: number; signers: readonly string[] },
): CodedError {
  const what = `${required} of ${signers.length} ${signers.length === 1 ? "signer" : "signers"}`;
  const message =
    patch === null
      ? `To ${action} to "${label}" is refused: the environment "${environment}" takes signed patches only.`
      : `The patch lacks signatures: the environment "${environment}" of "${label}" takes those of ${what}${beyond === true ? "; they cover the patch, not what options write beside it" : ""}; valid ones found: ${found}.`;
  return new CodedError("patch.signature_missing", message, {
    hint:
      patch === null
        ? "Write what shall happen into a patch (diff --output, patch invert), have it signed (patch sign) and apply that."
        : beyond === true
          ? "Leave out --force, --strategy theirs, --include-cascades and --triggers off, or have a review of exactly this approved; a patch made anew (diff, patch rebase) says the rows as they are now and can be signed."
          : `syncline patch verify --environment ${environment} tells each signature; syncline patch sign --environment ${environment} adds one.`,
    details: { target: label, environment, required, found },
  });
}
