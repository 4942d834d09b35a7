import { audit, type QueryOf } from "@syncline/api";
import {
  type ControlPlane,
  findProject,
  listAudit,
  listCheckpoints,
  rotateAuditKey,
  type Scope,
} from "@syncline/control-plane";
import { CodedError, formatAuditLine } from "@syncline/core";
import { auditLines, verifyAudit } from "@syncline/runtime/audit";
import type { Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { iso } from "./present.ts";

export function auditRoutes(router: Router, { objects: objectStore, controlPlane }: ServiceParts): void {
  router.on(audit.listAudit, async ({ cp, call, query }) => {
    const { items, next } = await listAudit(cp, call.scope, await filterOf(cp, call.scope, query));
    return {
      items: items.map(({ organizationId: _, at, ...entry }) => ({ ...entry, at: timeOf(at) })),
      next,
    };
  });
  router.on(audit.exportAudit, async ({ call, query, signal, logger }) => {
    const { organizationId } = call.scope;
    const lines = auditLines({ controlPlane, objectStore, organizationId, signal, ...spanOf(query) });
    const body = async function* () {
      try {
        for await (const line of lines) yield Buffer.from(formatAuditLine(line));
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, "an export of the audit log broke off");
        throw error;
      }
    };
    const headers = {
      "Content-Type": "application/x-ndjson",
      "Content-Disposition": 'attachment; filename="audit.ndjson"',
    };
    return new Response(ReadableStream.from(body()), { headers });
  });
  router.on(audit.listCheckpoints, async ({ cp, call, query }) => {
    const { items, next } = await listCheckpoints(cp, call.scope, query);
    return { items: items.map(({ at, ...checkpoint }) => ({ ...checkpoint, at: timeOf(at) })), next };
  });
  router.on(audit.verifyAudit, async ({ call, body, signal }) => {
    const { organizationId } = call.scope;
    const {
      organizationId: _,
      pinned: __,
      ...report
    } = await verifyAudit({
      controlPlane,
      objectStore,
      organizationId,
      held: body.checkpoints,
      signers: body.signers,
      signal,
    });
    return { ...report, signers: [...report.signers], faults: [...report.faults] };
  });
  router.on(audit.rotateAuditKey, ({ cp, call }) => rotateAuditKey(cp, call));
}

async function filterOf(cp: ControlPlane, { organizationId }: Scope, query: QueryOf<typeof audit.listAudit>) {
  const { project, from: _, to: __, order, ...rest } = query;
  const filter = { ...rest, ...spanOf(query), forward: order === "oldest" };
  if (project === undefined) return filter;
  const found = await findProject(cp, { organizationId, slug: project });
  if (found === null) throw new CodedError("resource.not_found", `There is no project "${project}".`);
  return { ...filter, projectId: found.id };
}

function spanOf({ from, to }: { readonly from?: string | undefined; readonly to?: string | undefined }) {
  return {
    ...(from === undefined ? {} : { from: new Date(from) }),
    ...(to === undefined ? {} : { to: new Date(to) }),
  };
}

/** A time that somebody made up in the database has no ISO form. */
function timeOf(at: Date): string {
  return Number.isNaN(at.getTime()) ? new Date(0).toISOString() : iso(at);
}
