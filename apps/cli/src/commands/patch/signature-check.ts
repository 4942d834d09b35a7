import { environmentRules, type SignatureRule } from "@syncline/config";
import {
  CodedError,
  judgeSignatures,
  type PatchFile,
  SIGNER_PATTERN,
  type SignatureVerdict,
  validSigners,
  visibleText,
} from "@syncline/core";
import { verifyStatement } from "@syncline/runtime/files";
import type { Session } from "../../session.ts";
import { sessionWorkspace } from "../places.ts";
import type { VerifyCommandOptions } from "./define-signing.ts";

/** What signatures are asked for: so many of these keys, for this environment. */
export interface DemandedSignatures {
  /** Undefined: for any. */
  readonly environment: string | undefined;
  readonly signers: readonly string[] | null;
  readonly required: number;
  readonly expireMs: number | null;
}

const ANY: DemandedSignatures = { environment: undefined, signers: null, required: 0, expireMs: null };

/** @throws CodedError `usage.invalid` for a key that is none, `config.*` */
export async function demandedSignatures(
  session: Session,
  { signer, environment }: VerifyCommandOptions,
): Promise<DemandedSignatures> {
  for (const key of signer ?? []) {
    if (!SIGNER_PATTERN.test(key))
      throw new CodedError(
        "usage.invalid",
        "--signer takes a public key: ed25519: and the base64 of its 32 bytes.",
        {
          hint: "syncline patch keys prints the public half of a key.",
        },
      );
  }
  if (environment === undefined && signer === undefined) return ANY;
  const named = signer === undefined ? null : [...new Set(signer)];
  if (environment === undefined) return { ...ANY, signers: named, required: named?.length ?? 1 };
  const { config } = await sessionWorkspace(session);
  const { signatures, approvalMs } = environmentRules(config, environment);
  const rule: SignatureRule | null = named === null ? signatures : { required: named.length, signers: named };
  return {
    environment,
    signers: rule?.signers ?? null,
    required: rule?.required ?? 1,
    expireMs: config.environments.has(environment) ? approvalMs : null,
  };
}

export function judgePatch(
  { context }: Session,
  { signatures, hash }: Pick<PatchFile, "signatures" | "hash">,
  { environment, signers, expireMs }: Omit<DemandedSignatures, "required"> = ANY,
): readonly SignatureVerdict[] {
  return judgeSignatures({
    signatures,
    patch: hash,
    ...(environment === undefined ? {} : { environment }),
    signers,
    now: context.now(),
    expireMs,
    verify: verifyStatement,
  });
}

/** `patch.signature_invalid`, `patch.signature_missing`, or nothing. */
export function signatureProblem(
  file: string,
  verdicts: readonly SignatureVerdict[],
  { required, signers, environment }: DemandedSignatures,
): CodedError | null {
  const wrong = verdicts.filter(({ state }) => state === "invalid" || state === "other-patch").length;
  if (wrong > 0)
    return new CodedError(
      "patch.signature_invalid",
      `"${file}" carries ${wrong} ${wrong === 1 ? "signature" : "signatures"} that do not hold: they were altered, or made for other contents.`,
      { hint: "Get the patch again from where it was signed, or have it signed again." },
    );
  const valid = validSigners(verdicts).length;
  if (valid >= required) return null;
  const whose = signers === null ? "" : ` of the ${signers.length} signers that were asked for`;
  const where = environment === undefined ? "" : ` for the environment "${environment}"`;
  return new CodedError(
    "patch.signature_missing",
    `"${file}" has ${valid} valid ${valid === 1 ? "signature" : "signatures"}${whose}${where}; expected ${required}.`,
    { hint: "syncline patch sign adds one.", details: { required, found: valid } },
  );
}

const WORDS: Readonly<Record<SignatureVerdict["state"], string>> = {
  valid: "valid",
  invalid: "does not hold",
  "other-patch": "is of another patch",
  "other-environment": "is for another environment",
  expired: "has expired",
  future: "is dated in the future",
  "unknown-signer": "is of a key that was not asked for",
  repeated: "is of a key that signed before",
};

/** One line of what a signature is worth. */
export function describeVerdict({ state, publicKey, statement }: SignatureVerdict): string {
  if (statement === null) return `${publicKey}: ${WORDS[state]}`;
  const { reviewer, environment, at } = statement;
  const where = environment === null ? "no environment" : visibleText(environment);
  return `${publicKey}: ${WORDS[state]} (${visibleText(reviewer)}, ${where}, ${at})`;
}

export function verdictRecord({ state, publicKey, statement }: SignatureVerdict) {
  return {
    state,
    public_key: publicKey,
    reviewer: statement?.reviewer ?? null,
    environment: statement?.environment ?? null,
    review: statement?.review ?? null,
    at: statement?.at ?? null,
  };
}
