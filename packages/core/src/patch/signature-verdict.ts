import { type ApprovalStatement, type PatchSignature, parseApprovalStatement } from "./approval-statement.ts";
import { encodeUtf8 } from "./utf8.ts";

/** Whether the key signed exactly these bytes; passed in, because core has no built-ins of its platform. */
export type VerifySignature = (publicKey: string, bytes: Uint8Array, signature: string) => boolean;

export type SignatureState =
  | "valid"
  /** The signature is not the key's over this statement, or the statement has no canonical form. */
  | "invalid"
  /** It approves another patch: this one was altered, or the signature was taken from elsewhere. */
  | "other-patch"
  | "other-environment"
  | "expired"
  /** It says that it will be made later. */
  | "future"
  /** Nobody asked for this key. */
  | "unknown-signer"
  /** The same key signed before; a person counts once. */
  | "repeated";

export interface SignatureVerdict {
  readonly state: SignatureState;
  readonly publicKey: string;
  /** Null when it cannot be read; of other states than `valid` nothing in it is to be believed. */
  readonly statement: ApprovalStatement | null;
}

export interface JudgeSignatures {
  readonly signatures: readonly PatchSignature[];
  /** The patch's hash. */
  readonly patch: string;
  /** Of the target; undefined asks about none. */
  readonly environment?: string | null;
  /** Keys whose signatures count; null takes any. */
  readonly signers: readonly string[] | null;
  readonly now: Date;
  /** How long a signature holds; null for ever. */
  readonly expireMs: number | null;
  readonly verify: VerifySignature;
}

/** Clocks of two machines are rarely the same. */
const CLOCK_TOLERANCE_MS = 5 * 60 * 1000;

/** What each signature is worth. The number of different valid signers is the number of `valid`. */
export function judgeSignatures(input: JudgeSignatures): readonly SignatureVerdict[] {
  const valid = new Set<string>();
  return input.signatures.map((signature) => {
    const { publicKey } = signature;
    const statement = statementOf(signature);
    const state = statement === null ? "invalid" : stateOf(input, signature, statement);
    if (state !== "valid") return { state, publicKey, statement };
    const repeated = valid.has(publicKey);
    valid.add(publicKey);
    return { state: repeated ? "repeated" : "valid", publicKey, statement };
  });
}

/** Different signers whose signatures hold. */
export function validSigners(verdicts: readonly SignatureVerdict[]): readonly string[] {
  return verdicts.filter(({ state }) => state === "valid").map(({ publicKey }) => publicKey);
}

function statementOf({ statement }: PatchSignature): ApprovalStatement | null {
  try {
    return parseApprovalStatement(statement);
  } catch {
    return null;
  }
}

function stateOf(
  { patch, environment, signers, now, expireMs, verify }: JudgeSignatures,
  { publicKey, statement: text, signature }: PatchSignature,
  statement: ApprovalStatement,
): SignatureState {
  if (statement.patch !== patch) return "other-patch";
  if (environment !== undefined && statement.environment !== environment) return "other-environment";
  if (signers !== null && !signers.includes(publicKey)) return "unknown-signer";
  const age = now.getTime() - Date.parse(statement.at);
  if (age < -CLOCK_TOLERANCE_MS) return "future";
  if (expireMs !== null && age > expireMs) return "expired";
  return verify(publicKey, encodeUtf8(text), signature) ? "valid" : "invalid";
}
