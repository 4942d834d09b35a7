import { and, eq } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Transaction } from "../database/open-database.ts";
import { transact } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import type { ServerRecord } from "../records.ts";
import { servers } from "../schema/index.ts";
import { ensureEnvironment } from "../servers/ensure-environment.ts";
import { shownAddress, urlBinding, withoutUrl } from "../servers/server-record.ts";
import type { NewServer } from "./create-server.ts";

/** What is left out stays. The name stays: jobs refer to it. */
export type ServerChanges = Partial<Omit<NewServer, "name">> & { readonly serverId: string };

async function lockServer(tx: Transaction, { call, serverId }: { call: Call; serverId: string }) {
  assertId("server", serverId);
  const { organizationId, projectId } = call.scope;
  const [row] = await tx
    .select()
    .from(servers)
    .where(
      and(
        eq(servers.id, serverId),
        eq(servers.organizationId, organizationId),
        eq(servers.projectId, projectId),
      ),
    )
    .for("update");
  return found(row, "server", serverId);
}

/** @throws CodedError `resource.not_found` */
export async function updateServer(
  cp: ControlPlane,
  call: Call,
  input: ServerChanges,
): Promise<ServerRecord> {
  const { serverId, url, tenancy, protection, environment } = input;
  return transact(cp, call.scope.organizationId, async (change) => {
    const server = await lockServer(change.tx, { call, serverId });
    const [row] = await change.tx
      .update(servers)
      .set({
        updatedAt: now,
        ...(tenancy === undefined ? {} : { tenancy }),
        ...(protection === undefined ? {} : { protection }),
        ...(environment === undefined
          ? {}
          : { environmentId: await ensureEnvironment(change.tx, { call, name: environment }) }),
        ...(url === undefined
          ? {}
          : { sealedUrl: cp.sealer.seal(url, urlBinding(server)), shown: shownAddress(url) }),
      })
      .where(eq(servers.id, server.id))
      .returning();
    if (row === undefined) throw new Error(`server ${serverId} vanished under its lock`);
    const { organizationId, projectId, name } = row;
    change.audit(call, {
      action: "server.update",
      subjectKind: "server",
      subjectId: serverId,
      detail: {
        name,
        address: row.shown,
        protection: row.protection,
        urlChanged: url !== undefined,
        // Which rules hold for its targets from now on.
        ...(environment === undefined ? {} : { environment }),
      },
    });
    change.emit({ organizationId, type: "server.updated", payload: { serverId, projectId, name } });
    return withoutUrl(row);
  });
}

/** @throws CodedError `resource.not_found` */
export async function removeServer(
  cp: ControlPlane,
  call: Call,
  { serverId }: { readonly serverId: string },
): Promise<void> {
  await transact(cp, call.scope.organizationId, async (change) => {
    const { name, organizationId, projectId } = await lockServer(change.tx, { call, serverId });
    await change.tx.delete(servers).where(eq(servers.id, serverId));
    change.audit(call, {
      action: "server.remove",
      subjectKind: "server",
      subjectId: serverId,
      detail: { name },
    });
    change.emit({ organizationId, type: "server.removed", payload: { serverId, projectId, name } });
  });
}
