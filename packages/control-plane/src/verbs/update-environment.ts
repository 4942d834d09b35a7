import { and, eq } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { transact } from "../database/transact.ts";
import { found } from "../ids.ts";
import type { Environment } from "../queries/projects.ts";
import { environments } from "../schema/index.ts";
import { ensureEnvironment } from "../servers/ensure-environment.ts";

interface NamedEnvironment {
  readonly name: string;
  /** The config or a server names it, so that it is made when nothing is stored of it; else it must be there. */
  readonly known?: boolean;
}

export interface EnvironmentChanges extends NamedEnvironment {
  /** Left out: as it is. */
  readonly approvals?: number;
  readonly approvalSeconds?: number;
  readonly signatures?: boolean;
}

/** @throws CodedError `resource.not_found` */
export async function updateEnvironment(
  cp: ControlPlane,
  call: Call,
  { name, known = false, ...set }: EnvironmentChanges,
): Promise<Environment> {
  return change(
    cp,
    call,
    { name, known },
    { action: "environment.update", event: "environment.updated", set },
  );
}

/** Nothing is written to its targets until it is thawed. @throws CodedError `resource.not_found` */
export async function freezeEnvironment(
  cp: ControlPlane,
  call: Call,
  { reason, ...named }: NamedEnvironment & { readonly reason: string },
): Promise<Environment> {
  const set = { frozenAt: now, frozenBy: call.actor, frozenReason: reason };
  return change(cp, call, named, { action: "environment.freeze", event: "environment.frozen", set });
}

/** @throws CodedError `resource.not_found` */
export async function thawEnvironment(
  cp: ControlPlane,
  call: Call,
  named: NamedEnvironment,
): Promise<Environment> {
  const set = { frozenAt: null, frozenBy: null, frozenReason: null };
  return change(cp, call, named, { action: "environment.thaw", event: "environment.thawed", set });
}

interface Wanted {
  readonly action: string;
  readonly event: string;
  readonly set: PgUpdateSetSource<typeof environments>;
}

async function change(
  cp: ControlPlane,
  call: Call,
  { name, known = false }: NamedEnvironment,
  { action, event, set }: Wanted,
): Promise<Environment> {
  const { organizationId, projectId } = call.scope;
  return transact(cp, organizationId, async (change) => {
    const before = await lockEnvironment(change, call, { name, known });
    const [after = before] =
      Object.keys(set).length === 0
        ? []
        : await change.tx.update(environments).set(set).where(eq(environments.id, before.id)).returning();
    change.audit(call, {
      action,
      subjectKind: "environment",
      subjectId: after.id,
      detail: { name, from: rulesOf(before), to: rulesOf(after) },
    });
    change.emit({ organizationId, type: event, payload: { projectId, name } });
    return after;
  });
}

async function lockEnvironment(
  { tx }: Change,
  call: Call,
  { name, known }: Required<NamedEnvironment>,
): Promise<Environment> {
  const { organizationId, projectId } = call.scope;
  if (known) await ensureEnvironment(tx, { call, name });
  const [environment] = await tx
    .select()
    .from(environments)
    .where(
      and(
        eq(environments.organizationId, organizationId),
        eq(environments.projectId, projectId),
        eq(environments.name, name),
      ),
    )
    .for("update");
  return found(environment, "environment", name);
}

const rulesOf = ({ approvals, approvalSeconds, signatures, frozenReason }: Environment) => ({
  approvals,
  approvalSeconds,
  signatures,
  frozen: frozenReason,
});
