import { type AnswerOf, conflicts } from "@syncline/api";
import {
  getConflict,
  getPair,
  type ListedConflict,
  listConflicts,
  resetPair,
  resolveConflict,
  resolveConflicts,
} from "@syncline/control-plane";
import type { Router } from "../http/router.ts";
import { iso, isoOrNull } from "./present.ts";

type ConflictAnswer = AnswerOf<typeof conflicts.resolveConflict>;

export function conflictRoutes(router: Router): void {
  router.on(conflicts.listConflicts, async ({ cp, call, query }) => {
    const { items, next } = await listConflicts(cp, call.scope, query);
    return { items: items.map(present), next };
  });
  router.on(conflicts.getConflict, async ({ cp, call, params }) => {
    const found = await getConflict(cp, call.scope, { conflictId: params.id });
    return { ...present(found), document: found.document };
  });
  router.on(conflicts.resolveConflict, async ({ cp, call, params, body }) =>
    present(await resolveConflict(cp, call, { conflictId: params.id, ...body })),
  );
  router.on(conflicts.resolveConflicts, async ({ cp, call, body }) => {
    const { ids, choice } = body;
    const { resolved, refused } = await resolveConflicts(cp, call, { conflictIds: ids, choice });
    return {
      resolved: [...resolved],
      refused: refused.map(({ conflictId, code, message }) => ({ id: conflictId, code, detail: message })),
    };
  });
  router.on(conflicts.getPair, async ({ cp, call, params }) => {
    const { jobId, source, target, cycle, advancedAt, createdAt } = await getPair(cp, call.scope, {
      jobId: params.id,
    });
    return { jobId, source, target, cycle, advancedAt: isoOrNull(advancedAt), createdAt: iso(createdAt) };
  });
  router.on(conflicts.resetPair, async ({ cp, call, params }) => {
    await resetPair(cp, call, { jobId: params.id });
    return new Response(null, { status: 204 });
  });
}

function present(conflict: ListedConflict): ConflictAnswer {
  return {
    id: conflict.id,
    jobId: conflict.jobId,
    runId: conflict.runId,
    table: conflict.tableName,
    keyText: conflict.keyText,
    kind: conflict.kind,
    columns: conflict.columns,
    state: conflict.state,
    createdAt: iso(conflict.createdAt),
    seenAt: iso(conflict.seenAt),
    closedAt: isoOrNull(conflict.closedAt),
  };
}
