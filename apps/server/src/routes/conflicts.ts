import { conflicts, grants } from "@syncline/api";
import {
  countConflicts,
  getConflict,
  getJob,
  getPair,
  listConflicts,
  previewRule,
  resetPair,
  resolveByRule,
  resolveConflict,
  resolveConflicts,
} from "@syncline/control-plane";
import type { Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { assertDefinitionPlaces, assertPlaces, type PlacesAsked } from "../work/assert-places.ts";
import { conflictSides } from "../work/conflict-sides.ts";
import { patchOfConflicts } from "../work/patch-of-conflicts.ts";
import { iso, isoOrNull, presentPatch } from "./present.ts";
import { listedOf, presentConflict, presentPreview, presentWhole } from "./present-conflict.ts";

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
    return { items: items.map(presentConflict), next };
  });
  router.on(conflicts.countConflicts, async ({ cp, call, query }) => {
    const { groups, states, tables, kinds, columns, total } = await countConflicts(cp, call.scope, query);
    const named = groups.map(async ({ definition, ...group }) => ({
      ...group,
      sides: await conflictSides(cp, call.scope, definition),
    }));
    return {
      total,
      groups: await Promise.all(named),
      states: [...states],
      tables: [...tables],
      kinds: [...kinds],
      columns: [...columns],
    };
  });
  router.on(conflicts.getConflict, async (asked) => {
    const { cp, call, params } = asked;
    await assertConflictPlaces(asked, params.id);
    const found = await getConflict(cp, call.scope, { conflictId: params.id });
    return presentWhole(found, await conflictSides(cp, call.scope, found.definition));
  });
  router.on(conflicts.resolveConflict, async (asked) => {
    const { cp, call, params, body } = asked;
    await assertConflictPlaces(asked, params.id);
    await resolveConflict(cp, call, { conflictId: params.id, ...body });
    return presentConflict(listedOf(await getConflict(cp, call.scope, { conflictId: params.id })));
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
  router.on(conflicts.previewRule, async ({ cp, call, body }) =>
    presentPreview(await previewRule(cp, call.scope, body)),
  );
  router.on(conflicts.resolveByRule, async ({ cp, call, body }) => resolveByRule(cp, call, body));
  router.on(conflicts.makePatch, async ({ cp, call, body, signal, identity }) =>
    presentPatch(await patchOfConflicts(parts, { cp, call, signal, wish: body }), { identity }),
  );
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
