import { parseDuration } from "@syncline/jobs";
import type { ConfigDocument } from "./config-schema.ts";

/** What holds for a place because of its environment. */
export interface EnvironmentRules {
  /** Of others than the author, before a write; 0: none. */
  readonly approvals: number;
  /** How long a review and its approvals hold. */
  readonly approvalMs: number;
  /** Null: patches need no signatures. */
  readonly signatures: SignatureRule | null;
  /** Why nothing is written there now; null: it is. */
  readonly frozen: string | null;
}

export interface SignatureRule {
  readonly required: number;
  /** Public keys in text form, each once. */
  readonly signers: readonly string[];
}

/** Of places without an environment, and of environments that the file does not define. */
export const NO_ENVIRONMENT_RULES: EnvironmentRules = {
  approvals: 0,
  approvalMs: 7 * 24 * 60 * 60 * 1000,
  signatures: null,
  frozen: null,
};

/** The rules of an environment by its name. A name that the file does not define has none. */
export function environmentRules(
  { environments }: { readonly environments: ReadonlyMap<string, EnvironmentRules> },
  name: string | null,
): EnvironmentRules {
  return (name === null ? undefined : environments.get(name)) ?? NO_ENVIRONMENT_RULES;
}

/** Whether writes there meet any rule at all. */
export function hasRules({ approvals, signatures, frozen }: EnvironmentRules): boolean {
  return approvals > 0 || signatures !== null || frozen !== null;
}

/**
 * Both sets of rules at once: more approvals, the shorter time, either freeze. Of two lists of signers only who is on
 * both counts; the result may then ask for more than can be given, which refuses.
 */
export function stricterRules(one: EnvironmentRules, other: EnvironmentRules): EnvironmentRules {
  return {
    approvals: Math.max(one.approvals, other.approvals),
    approvalMs: Math.min(one.approvalMs, other.approvalMs),
    signatures: stricterSignatures(one.signatures, other.signatures),
    frozen: one.frozen ?? other.frozen,
  };
}

function stricterSignatures(one: SignatureRule | null, other: SignatureRule | null): SignatureRule | null {
  if (one === null || other === null) return one ?? other;
  return {
    required: Math.max(one.required, other.required),
    signers: one.signers.filter((signer) => other.signers.includes(signer)),
  };
}

export function buildEnvironments(
  environments: ConfigDocument["environments"],
): ReadonlyMap<string, EnvironmentRules> {
  return new Map(
    Object.entries(environments).map(([name, rules]) => [
      name,
      {
        approvals: rules.approvals,
        approvalMs: parseDuration(rules.approvalsExpireAfter) ?? NO_ENVIRONMENT_RULES.approvalMs,
        signatures: rules.signatures ?? null,
        frozen: rules.frozen ?? null,
      },
    ]),
  );
}
