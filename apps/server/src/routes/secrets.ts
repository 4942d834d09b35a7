import { secrets } from "@syncline/api";
import { type ControlPlane, countSealed, rewrapAll, type Scope } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import type { Router } from "../http/router.ts";

export function secretRoutes(router: Router): void {
  router.on(secrets.secretsStatus, async ({ cp, call }) => {
    assertOperator(cp, call.scope);
    return { keys: [...(await countSealed(cp))] };
  });
  router.on(secrets.rewrapSecrets, async ({ cp, call }) => {
    assertOperator(cp, call.scope);
    const done = await rewrapAll(cp, call);
    return { ...done, keys: [...(await countSealed(cp))] };
  });
}

/** The master key is the server's, whose operator owns the first organization. @throws CodedError `auth.denied` */
function assertOperator({ defaultScope }: ControlPlane, { organizationId }: Scope): void {
  if (organizationId === defaultScope.organizationId) return;
  throw new CodedError("auth.denied", "The master key belongs to the operator of the server.");
}
