import { randomUUID } from "node:crypto";
import { CodedError } from "@syncline/core";
import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import type { ServerRecord } from "../records.ts";
import { servers } from "../schema/index.ts";
import { ensureEnvironment } from "../servers/ensure-environment.ts";
import { shownAddress, urlBinding, withoutUrl } from "../servers/server-record.ts";

export interface NewServer {
  readonly name: string;
  /** Connection URL, with its password; sealed at once. */
  readonly url: string;
  /** As `servers.<n>.tenancy` of the config. */
  readonly tenancy: unknown;
  readonly protection?: ServerRecord["protection"];
  /** Label that protection is about; made when it is new. */
  readonly environment?: string | null;
}

/** @throws CodedError `resource.exists` */
export async function createServer(cp: ControlPlane, call: Call, input: NewServer): Promise<ServerRecord> {
  const { organizationId, projectId } = call.scope;
  const { name, url, tenancy, protection = null, environment = null } = input;
  const id = randomUUID();
  return transact(cp, call.scope.organizationId, async (change) => {
    const [row] = await change.tx
      .insert(servers)
      .values({
        id,
        organizationId,
        projectId,
        name,
        tenancy,
        protection,
        environmentId: await ensureEnvironment(change.tx, { call, name: environment }),
        sealedUrl: cp.sealer.seal(url, urlBinding({ id, organizationId })),
        shown: shownAddress(url),
      })
      .onConflictDoNothing()
      .returning();
    if (row === undefined) throw new CodedError("resource.exists", `There is a server "${name}" already.`);
    change.audit(call, {
      action: "server.create",
      subjectKind: "server",
      subjectId: id,
      detail: { name, address: row.shown, protection, environment },
    });
    change.emit({ organizationId, type: "server.created", payload: { serverId: id, projectId, name } });
    return withoutUrl(row);
  });
}
