import { environments } from "@syncline/api";
import {
  createEnvironment,
  type Environment,
  freezeEnvironment,
  listEnvironments,
  thawEnvironment,
  updateEnvironment,
} from "@syncline/control-plane";
import { assertEnvironment } from "../http/identity.ts";
import type { Asked, Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { iso } from "./present.ts";

export function environmentRoutes(router: Router, parts: ServiceParts): void {
  router.on(environments.listEnvironments, async ({ cp, call, query }) => {
    const { items, next } = await listEnvironments(cp, call.scope, query);
    return { items: items.map(present), next };
  });
  router.on(environments.createEnvironment, async ({ cp, call, body }) =>
    present(await createEnvironment(cp, call, body)),
  );
  router.on(environments.updateEnvironment, async (asked) => {
    const { cp, call, body } = asked;
    const { approvals, approvalSeconds, signatures } = body;
    return present(
      await updateEnvironment(cp, call, {
        ...(await named(asked)),
        ...(approvals === undefined ? {} : { approvals }),
        ...(approvalSeconds === undefined ? {} : { approvalSeconds }),
        ...(signatures === undefined ? {} : { signatures }),
      }),
    );
  });
  router.on(environments.freezeEnvironment, async (asked) =>
    present(
      await freezeEnvironment(asked.cp, asked.call, { ...(await named(asked)), reason: asked.body.reason }),
    ),
  );
  router.on(environments.thawEnvironment, async (asked) =>
    present(await thawEnvironment(asked.cp, asked.call, await named(asked))),
  );

  /** The config and its servers name environments that nothing is stored of yet. */
  async function named({
    cp,
    call,
    identity,
    permission,
    params: { name },
  }: Pick<
    Asked<typeof environments.updateEnvironment>,
    "cp" | "call" | "identity" | "permission" | "params"
  >) {
    assertEnvironment(identity, permission, name);
    const { config } = await parts.workspaces.of(call.scope, cp);
    const servers = [...config.servers.values(), ...config.remotes.values()];
    return {
      name,
      known: config.environments.has(name) || servers.some(({ environment }) => environment === name),
    };
  }
}

function present(environment: Environment) {
  const { id, name, createdAt, approvals, approvalSeconds, signatures } = environment;
  const { frozenAt, frozenBy, frozenReason } = environment;
  const frozen =
    frozenAt === null ? null : { at: iso(frozenAt), by: frozenBy ?? "", reason: frozenReason ?? "" };
  return { id, name, createdAt: iso(createdAt), approvals, approvalSeconds, signatures, frozen };
}
