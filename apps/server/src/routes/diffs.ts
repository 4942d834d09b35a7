import { type AnswerOf, diffs, PATCH_MEDIA_TYPE, type QueryOf } from "@syncline/api";
import { getPatch, listPatches } from "@syncline/control-plane";
import { CodedError, type PatchOperation } from "@syncline/core";
import type { ChangeFilter, CutValue } from "@syncline/runtime/results";
import type { Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { assertDefinitionPlaces, assertPatchPlaces } from "../work/assert-places.ts";
import { discardPatch, storePatch } from "../work/patch-upload.ts";
import { keptPatch, withResult } from "../work/result-of.ts";
import { signedPatch } from "../work/signed-patch.ts";
import { startRun, waitForRun } from "../work/start-run.ts";
import { presentPatch, presentRun } from "./present.ts";

type ChangeAnswer = AnswerOf<typeof diffs.getChange>;

export function diffRoutes(router: Router, parts: ServiceParts): void {
  router.on(
    diffs.startDiff,
    async (asked) => {
      const { cp, call, body } = asked;
      const definition = { ...body, name: "diff", kind: "diff", enabled: true } as const;
      await assertDefinitionPlaces(parts, asked, definition);
      return presentRun(await startRun(parts, { cp, call, definition, trigger: "manual" }));
    },
    {
      aliases: ["/api/sync/diff"],
      after: (run, { cp, call, query, signal }) => waitForRun(run, { cp, call, signal, seconds: query.wait }),
    },
  );
  router.on(diffs.listPatches, async ({ cp, call, query }) => {
    const { items, next } = await listPatches(cp, call.scope, query);
    return { items: items.map(presentPatch), next };
  });
  router.on(diffs.uploadPatch, async ({ cp, call, signal, stream }) =>
    parts.uploads.with({ bytes: stream(), signal, suffix: "patch" }, async ({ path }) =>
      presentPatch(await storePatch(parts, { cp, call, signal, path })),
    ),
  );
  router.on(diffs.getPatch, async ({ cp, call, params }) =>
    presentPatch(await getPatch(cp, call.scope, { patchId: params.id })),
  );
  router.on(diffs.deletePatch, async (asked) => {
    const { cp, call, params } = asked;
    await assertPatchPlaces(parts, asked, params.id);
    await discardPatch(parts, { cp, call, patchId: params.id });
    return new Response(null, { status: 204 });
  });
  router.on(diffs.downloadPatch, async (asked) => {
    const { cp, call, params } = asked;
    const patch = await keptPatch({ cp, call }, params.id);
    await assertPatchPlaces(parts, asked, patch.id);
    return new Response(ReadableStream.from(await signedPatch(parts, { cp, call }, patch)), {
      headers: {
        "Content-Type": PATCH_MEDIA_TYPE,
        "Content-Disposition": `attachment; filename="${patch.id}.patch"`,
      },
    });
  });
  changeRoutes(router, parts);
}

function changeRoutes(router: Router, parts: ServiceParts): void {
  router.on(diffs.listChanges, async (asked) => {
    const { cp, call, params, query, signal } = asked;
    const patch = await keptPatch({ cp, call }, params.id);
    await assertPatchPlaces(parts, asked, patch.id);
    const { limit, after } = query;
    return withResult(parts, patch, async (result) => {
      const { items, next } = await result.list({
        filter: filterOf(query),
        limit,
        signal,
        ...(after === undefined ? {} : { after }),
      });
      return {
        items: items.map(({ id, operation, cut }) => presentChange(id, operation, cut)),
        next,
        hash: patch.hash,
        searching: false,
      };
    });
  });
  router.on(diffs.getChange, async (asked) => {
    const { cp, call, params } = asked;
    const { id, n } = params;
    const patch = await keptPatch({ cp, call }, id);
    await assertPatchPlaces(parts, asked, patch.id);
    return withResult(parts, patch, async (result) => {
      const operation = await result.operation(n);
      if (operation !== null) return presentChange(n, operation, []);
      throw new CodedError("resource.not_found", `Patch "${id}" has no change ${n}.`);
    });
  });
}

function filterOf({ table, kind, column, key, text }: QueryOf<typeof diffs.listChanges>): ChangeFilter {
  return {
    ...(table === undefined ? {} : { table }),
    ...(kind === undefined ? {} : { kinds: kind }),
    ...(column === undefined ? {} : { column }),
    ...(key === undefined ? {} : { key: { values: [], prefix: key } }),
    ...(text === undefined ? {} : { text }),
  };
}

function presentChange(id: number, operation: PatchOperation, cut: readonly CutValue[]): ChangeAnswer {
  const before = operation.op === "insert" ? null : Object.fromEntries(operation.old);
  const after = operation.op === "delete" ? null : Object.fromEntries(operation.new);
  return {
    n: id,
    table: operation.table,
    kind: operation.op,
    key: Object.fromEntries(operation.key),
    columns: operation.op === "update" ? [...operation.new.keys()] : [],
    before,
    after,
    count: operation.op === "update" ? 1 : operation.count,
    cut: [...cut],
  };
}
