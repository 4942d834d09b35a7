import { type AnswerOf, diffs, type QueryOf } from "@syncline/api";
import { getRun, type PatchRecord } from "@syncline/control-plane";
import { CodedError, type PatchOperation, SCRIPT_TAIL, scriptHead } from "@syncline/core";
import type { CutValue } from "@syncline/runtime/results";
import type { Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { assertPatchPlaces, type PlacesAsked } from "../work/assert-places.ts";
import { CHANGE_TYPES, changeExport } from "../work/change-export.ts";
import { filterOfQuery } from "../work/change-filter.ts";
import { aboutScript, storedScript } from "../work/patch-script.ts";
import { patchVerdict } from "../work/patch-verdict.ts";
import { keptPatch, streamResult, withResult } from "../work/result-of.ts";
import { selectChanges } from "../work/select-changes.ts";
import { presentPatch } from "./present.ts";

type ChangeAnswer = AnswerOf<typeof diffs.getChange>;

/** What is in a stored patch. */
export function patchChangeRoutes(router: Router, parts: ServiceParts): void {
  const patchOf = async (asked: PlacesAsked, id: string): Promise<PatchRecord> => {
    const patch = await keptPatch(asked, id);
    await assertPatchPlaces(parts, asked, patch.id);
    return patch;
  };
  router.on(diffs.listPatchTables, async ({ cp, call, params }) => {
    const patch = await keptPatch({ cp, call }, params.id);
    const { id: patchId, hash, complete, operations: total, runId } = patch;
    const run = runId === null ? null : await getRun(cp, call.scope, { runId });
    const tables = await withResult(parts, patch, (result) => patchVerdict({ patch, run, result }));
    return { patchId, hash, complete, total, tables: [...tables] };
  });
  router.on(diffs.listChanges, async (asked) => {
    const { params, query, signal } = asked;
    const patch = await patchOf(asked, params.id);
    const { limit, after, offset } = query;
    return withResult(parts, patch, async (result) => {
      const { items, next, searching } = await result.list({
        filter: filterOfQuery(query),
        limit,
        signal,
        ...(after === undefined ? {} : { after }),
        ...(offset === undefined ? {} : { offset }),
      });
      const shown = items.map(({ id, operation, cut }) => presentChange(id, operation, cut));
      return { items: shown, next, searching, hash: patch.hash };
    });
  });
  // Paths with words come before the one with a number.
  router.on(diffs.countChanges, async (asked) => {
    const { params, query, signal } = asked;
    const patch = await patchOf(asked, params.id);
    return withResult(parts, patch, async (result) => ({
      ...(await result.count({ filter: filterOfQuery(query), signal })),
      hash: patch.hash,
    }));
  });
  router.on(diffs.findChange, async (asked) => {
    const { params, query, signal } = asked;
    const patch = await patchOf(asked, params.id);
    return withResult(parts, patch, async (result) => {
      const { table, row: values } = query;
      const { id: n, offset } = await result.find({ table, values, filter: filterOfQuery(query), signal });
      return { n, offset, hash: patch.hash };
    });
  });
  router.on(diffs.exportChanges, async (asked) => {
    const { params, query, signal, logger } = asked;
    const patch = await patchOf(asked, params.id);
    const { format } = query;
    const filter = filterOfQuery(query);
    return streamResult(
      parts,
      patch,
      { contentType: CHANGE_TYPES[format], name: `${patch.id}.${format}`, logger, signal },
      async (result) => {
        // What means nothing is refused before the first byte.
        await result.list({ filter, limit: 1, signal });
        return changeExport(result, { format, filter, signal });
      },
    );
  });
  router.on(diffs.getChange, async (asked) => {
    const { id, n } = asked.params;
    const patch = await patchOf(asked, id);
    return withResult(parts, patch, async (result) => {
      const operation = await result.operation(n);
      if (operation !== null) return presentChange(n, operation, []);
      throw new CodedError("resource.not_found", `Patch "${id}" has no change ${n}.`);
    });
  });
  router.on(diffs.histogramOfPatch, async (asked) => {
    const { params, query, signal } = asked;
    const patch = await patchOf(asked, params.id);
    const { table, buckets, of: column } = query;
    return withResult(parts, patch, async (result) => {
      const found = await result.histogram({
        table,
        buckets,
        filter: filterOfQuery(query),
        signal,
        ...(column === undefined ? {} : { column }),
      });
      return { hash: patch.hash, table, ...found };
    });
  });
  router.on(diffs.previewIgnore, async (asked) => {
    const { params, body, signal } = asked;
    const patch = await patchOf(asked, params.id);
    return withResult(parts, patch, async (result) => ({
      hash: patch.hash,
      ...(await result.previewIgnore({ ...body, signal })),
    }));
  });
  router.on(diffs.selectChanges, async (asked) => {
    const { cp, call, params, body, signal } = asked;
    const patch = await patchOf(asked, params.id);
    return presentPatch(await selectChanges(parts, { cp, call, signal, patch, ...body }), asked);
  });
  sqlRoutes(router, parts, patchOf);
}

function sqlRoutes(
  router: Router,
  parts: ServiceParts,
  patchOf: (asked: PlacesAsked, id: string) => Promise<PatchRecord>,
): void {
  router.on(diffs.listStatements, async (asked) => {
    const { params, query, signal } = asked;
    const patch = await patchOf(asked, params.id);
    const { direction, limit } = query;
    const { hash } = patch;
    return withResult(parts, patch, async (result) => {
      const page = await result.statements({ direction, limit, offset: offsetOf(query), signal });
      const head = scriptHead(aboutScript(result.header, { hash, direction }));
      return { hash, ...page, head, tail: SCRIPT_TAIL };
    });
  });
  router.on(diffs.downloadSql, async (asked) => {
    const { params, query, signal, logger } = asked;
    const patch = await patchOf(asked, params.id);
    const { direction } = query;
    const name = `${patch.id}${direction === "undo" ? ".undo" : ""}.sql`;
    const { hash } = patch;
    return streamResult(
      parts,
      patch,
      { contentType: CHANGE_TYPES.sql, name, logger, signal },
      async (result) => storedScript(result, { hash, direction, signal }),
    );
  });
}

/** `after` is the number of the last statement, which so many come before. */
function offsetOf({ after, offset }: QueryOf<typeof diffs.listStatements>): number {
  if (after === undefined) return offset ?? 0;
  if (offset === undefined && /^\d{1,15}$/.test(after)) return Number(after);
  throw new CodedError("request.invalid", "A page starts after a statement or at an offset.");
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
