import { type EnvironmentRules, stricterRules } from "@syncline/config";
import { type ControlPlane, listEnvironments, listSigners, type Scope } from "@syncline/control-plane";

const PAGE = 500;

/** The config's rules of environments together with those that are stored of the project's: the stricter of each holds. */
export async function withStoredRules(
  config: ReadonlyMap<string, EnvironmentRules>,
  { cp, scope }: { readonly cp: ControlPlane; readonly scope: Scope },
): Promise<ReadonlyMap<string, EnvironmentRules>> {
  const rules = new Map(config);
  for (let after: string | null = null; ; ) {
    const { items, next } = await listEnvironments(cp, scope, { after, limit: PAGE });
    for (const { name, approvals, approvalSeconds, signatures, frozenAt, frozenReason } of items) {
      const signers = signatures ? await signersOf(cp, scope, name) : [];
      const stored: EnvironmentRules = {
        approvals,
        approvalMs: approvalSeconds * 1000,
        signatures: signatures ? { required: Math.max(1, approvals), signers } : null,
        frozen: frozenAt === null ? null : (frozenReason ?? "no reason was given"),
      };
      const own = rules.get(name);
      rules.set(name, own === undefined ? stored : stricterRules(own, stored));
    }
    if (next === null) return rules;
    after = next;
  }
}

/** Who lost the role or the account signs for nothing any more, also by what they signed before. */
async function signersOf(cp: ControlPlane, scope: Scope, environment: string): Promise<string[]> {
  const signers = await listSigners(cp, scope, { environment });
  return signers.filter(({ mayApprove }) => mayApprove).map(({ publicKey }) => publicKey);
}
