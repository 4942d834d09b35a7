import { type AnswerOf, conflicts, grants } from "@syncline/api";
import {
  getConflict,
  getJob,
  getPair,
  type ListedConflict,
  listConflicts,
  resetPair,
  resolveConflict,
  resolveConflicts,
} from "@syncline/control-plane";
import type { Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { assertDefinitionPlaces, assertPlaces, type PlacesAsked } from "../work/assert-places.ts";
import { iso, isoOrNull } from "./present.ts";

type ConflictAnswer = AnswerOf<typeof conflicts.resolveConflict>;

export function conflictRoutes(router: Router, parts: ServiceParts): void {
  /** A conflict is where its job's places are. */
  const assertConflictPlaces = async (asked: PlacesAsked, conflictId: string) => {
    if (grants(asked.identity.scopes, asked.permission)) return;
    const { jobId } = await getConflict(asked.cp, asked.call.scope, { conflictId });
    if (jobId === null) return assertPlaces(parts, asked, [null]);
    const { definition } = await getJob(asked.cp, asked.call.scope, { jobId });
    await assertDefinitionPlaces(parts, asked, definition);
  };
  router.on(conflicts.listConflicts, async ({ cp, call, query }) => {
    const { items, next } = await listConflicts(cp, call.scope, query);
    return { items: items.map(present), next };
  });
  router.on(conflicts.getConflict, async (asked) => {
    const { cp, call, params } = asked;
    await assertConflictPlaces(asked, params.id);
    const found = await getConflict(cp, call.scope, { conflictId: params.id });
    return { ...present(found), document: found.document };
  });
  router.on(conflicts.resolveConflict, async (asked) => {
    const { cp, call, params, body } = asked;
    await assertConflictPlaces(asked, params.id);
    return present(await resolveConflict(cp, call, { conflictId: params.id, ...body }));
  });
  router.on(conflicts.resolveConflicts, async (asked) => {
    const { cp, call, body } = asked;
    const { ids, choice } = body;
    for (const id of ids) await assertConflictPlaces(asked, id);
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
  router.on(conflicts.resetPair, async (asked) => {
    const { cp, call, params } = asked;
    const { definition } = await getJob(cp, call.scope, { jobId: params.id });
    await assertDefinitionPlaces(parts, asked, definition);
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
