import { diffs, PATCH_MEDIA_TYPE } from "@syncline/api";
import { getPatch, listPatches } from "@syncline/control-plane";
import type { Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { assertDefinitionPlaces, assertPatchPlaces } from "../work/assert-places.ts";
import { discardPatch, storePatch } from "../work/patch-upload.ts";
import { keptPatch } from "../work/result-of.ts";
import { signedPatch } from "../work/signed-patch.ts";
import { startRun, waitForRun } from "../work/start-run.ts";
import { patchChangeRoutes } from "./patch-changes.ts";
import { presentPatch, presentRun } from "./present.ts";

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
  router.on(diffs.listPatches, async (asked) => {
    const { items, next } = await listPatches(asked.cp, asked.call.scope, asked.query);
    return { items: items.map((patch) => presentPatch(patch, asked)), next };
  });
  router.on(diffs.uploadPatch, async ({ cp, call, signal, stream, identity }) =>
    parts.uploads.with({ bytes: stream(), signal, suffix: "patch" }, async ({ path }) =>
      presentPatch(await storePatch(parts, { cp, call, signal, path }), { identity }),
    ),
  );
  router.on(diffs.getPatch, async ({ cp, call, params, identity }) =>
    presentPatch(await getPatch(cp, call.scope, { patchId: params.id }), { identity }),
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
  patchChangeRoutes(router, parts);
}
