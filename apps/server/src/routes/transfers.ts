import { type BodyOf, EXPORT_TYPES, type RunAnswer, transfers } from "@syncline/api";
import { type ControlPlane, recordAccess } from "@syncline/control-plane";
import { CodedError, parseFilter } from "@syncline/core";
import { type JobDefinition, parseDuration } from "@syncline/jobs";
import { applyBatch, byLabel, DEFAULT_IMPORT, readLog, runImport } from "@syncline/runtime/operations";
import type { Asked, Handler, Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { assertDefinitionPlaces, assertPlaces, type PlacesAsked } from "../work/assert-places.ts";
import { assertNamedPlace } from "../work/check-definition.ts";
import { applicationIdOf, directSetting } from "../work/direct-setting.ts";
import { storePatch } from "../work/patch-upload.ts";
import { keptPatch } from "../work/result-of.ts";
import { startRun, waitForRun } from "../work/start-run.ts";
import { streamExport } from "../work/stream-export.ts";
import { presentRun } from "./present.ts";

const LOCK_TIMEOUT_MS = parseDuration("10s") ?? 10_000;

export function transferRoutes(router: Router, parts: ServiceParts): void {
  startedRoutes(router, parts);
  router.on(transfers.applyBatch, batchHandler(parts), { repeats: "by-ledger" });
  router.on(transfers.readLog, async ({ call, query, signal }) => {
    const setting = await directSetting(parts, { call, signal, confirmed: null, applicationId: null });
    assertNamedPlace(query.target, setting.workspace);
    const entries = await readLog(setting, query);
    return { items: entries.map(({ tables, ...entry }) => ({ ...entry, tables: [...tables] })) };
  });
  router.on(
    transfers.exportRows,
    async (asked) => {
      const { call, body, signal, logger } = asked;
      await assertPlaces(parts, asked, [body.source]);
      const { filter, ...rest } = body;
      const wanted = filter === undefined ? rest : { ...rest, filter: parseFilter(JSON.stringify(filter)) };
      return streamExport(parts, { call, wanted, signal, logger });
    },
    { aliases: ["/api/sync/export"] },
  );
  router.on(transfers.readRows, async (asked) => {
    const { call, query, signal, logger } = asked;
    await assertPlaces(parts, asked, [query.locator]);
    const { locator: source, schema, filter, mask } = query;
    const wanted = {
      source,
      tables: schema,
      ...(filter === undefined ? {} : { filter: parseFilter(filter) }),
      ...(mask === undefined ? {} : { mask }),
    };
    return streamExport(parts, { call, wanted, signal, logger });
  });
  router.on(transfers.importRows, importHandler(parts), {
    aliases: ["/api/sync/import"],
    repeats: "by-ledger",
  });
}

/** What a worker does. */
function startedRoutes(router: Router, parts: ServiceParts): void {
  const start = async (asked: PlacesAsked, definition: JobDefinition) => {
    const { cp, call } = asked;
    await assertDefinitionPlaces(parts, asked, definition);
    return presentRun(await startRun(parts, { cp, call, definition, trigger: "manual" }));
  };
  const after = (
    run: ReturnType<typeof presentRun>,
    {
      cp,
      call,
      query,
      signal,
    }: Pick<Asked<unknown>, "cp" | "call" | "signal"> & { readonly query: { readonly wait: number } },
  ) => waitForRun(run, { cp, call, signal, seconds: query.wait });
  router.on(
    transfers.applyPatch,
    async (asked) => {
      const { cp, call, body } = asked;
      await keptPatch({ cp, call }, body.patch);
      return start(asked, { ...body, name: "apply", kind: "apply", enabled: true });
    },
    { aliases: ["/api/sync/apply"], after },
  );
  router.on(
    transfers.applyFile,
    async ({ call, query, signal, stream, remember, identity, permission }) =>
      parts.uploads.with({ bytes: stream(), signal, suffix: "patch" }, async ({ path, digest }) => {
        const { target, strategy, triggers, confirm } = query;
        const answer = async (cp: ControlPlane) => {
          const asked = { cp, call, identity, permission };
          await assertPlaces(parts, asked, [target]);
          const patch = await storePatch(parts, { cp, call, signal, path });
          const definition: JobDefinition = {
            name: "apply",
            kind: "apply",
            enabled: true,
            retry: { attempts: 5, first: "5s", factor: 2, longest: "10m" },
            patch: patch.id,
            target,
            strategy,
            triggers,
            dryRun: query.dryRun === "true",
            includeCascades: query.includeCascades === "true",
            lockTimeout: "10s",
            ...(confirm === undefined ? {} : { confirm }),
          };
          // The caller has the rows of the patch already.
          return presentRun(await startRun(parts, { cp, call, definition, trigger: "manual" }));
        };
        const { value } = await remember(call, answer, digest);
        return value as RunAnswer;
      }),
    { after, repeats: "by-bytes" },
  );
  router.on(
    transfers.undo,
    (asked) => start(asked, { ...asked.body, name: "undo", kind: "undo", enabled: true }),
    { after },
  );
  router.on(
    transfers.copy,
    (asked) => start(asked, { ...asked.body, name: "copy", kind: "copy", enabled: true }),
    { after },
  );
}

function batchHandler(parts: ServiceParts): Handler<typeof transfers.applyBatch> {
  return async (asked) => {
    const { call, body, signal } = asked;
    await assertPlaces(parts, asked, [body.target]);
    const notes: string[] = [];
    const setting = await directSetting(parts, {
      call,
      signal,
      confirmed: body.confirm ?? null,
      applicationId: await applicationIdOf(parts.controlPlane, asked, body),
      warn: (text) => void notes.push(text),
    });
    assertNamedPlace(body.target, setting.workspace);
    const { target: subjectId, operations, atomic, dryRun } = body;
    await recordAccess(parts.controlPlane, call, {
      action: "rows.apply",
      subjectKind: "rows",
      subjectId,
      detail: { operations: operations.length, atomic, dryRun },
    });
    const { target, result } = await applyBatch(setting, {
      target: body.target,
      operations: body.operations.map(rowsOf),
      atomic: body.atomic,
      source: call.actor,
      options: {
        strategy: body.strategy,
        dryRun: body.dryRun,
        force: null,
        triggers: body.triggers,
        includeCascades: body.includeCascades,
        allowDdl: false,
        lockTimeoutMs: LOCK_TIMEOUT_MS,
      },
    });
    const { outcome, items, ledgerIds, receipts } = result;
    return {
      target,
      outcome,
      items: items.map(({ status, key, problem }) => ({
        status,
        key: key === null ? null : Object.fromEntries(key),
        problem,
      })),
      ledgerIds: [...ledgerIds],
      receipts: [...receipts],
      notes: [...notes, ...result.notes],
    };
  };
}

type BatchOperation = BodyOf<typeof transfers.applyBatch>["operations"][number];

function rowsOf({ op, table, key, old, new: after }: BatchOperation) {
  const rowOf = (row: Readonly<Record<string, string | null>>) => new Map(Object.entries(row));
  return { op, table, key: rowOf(key), old: rowOf(old), new: rowOf(after) };
}

const SUFFIXES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(EXPORT_TYPES).map(([format, type]) => [type, format]),
);

function importHandler(parts: ServiceParts): Handler<typeof transfers.importRows> {
  return async (asked) => {
    const { call, query, signal, headers } = asked;
    await assertPlaces(parts, asked, [query.target]);
    const type = (headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";
    const format = query.format ?? SUFFIXES[type];
    if (format === undefined)
      throw new CodedError("request.invalid", "The format of the body is not known.", {
        hint: "Say it by ?format= or by the content type.",
      });
    assertNamedPlace(query.target, await parts.workspaces.of(call.scope));
    const bytes = asked.stream();
    return parts.uploads.with({ bytes, signal, suffix: format }, async ({ path, digest }) => {
      const setting = await directSetting(parts, {
        call,
        signal,
        confirmed: query.confirm ?? null,
        applicationId: await applicationIdOf(parts.controlPlane, asked, [query, digest]),
      });
      await recordAccess(parts.controlPlane, call, {
        action: "rows.import",
        subjectKind: "rows",
        subjectId: query.target,
        detail: { format, strategy: query.strategy, dryRun: query.dryRun === "true" },
      });
      const file = { path, label: `upload.${format}` };
      const {
        source: _,
        target: __,
        method: ___,
        ...summary
      } = await byLabel(file, () =>
        runImport(setting, {
          ...DEFAULT_IMPORT,
          file,
          target: query.target,
          strategy: query.strategy,
          dryRun: query.dryRun === "true",
          includeCascades: query.includeCascades === "true",
          triggers: query.triggers,
        }),
      );
      return { summary: JSON.parse(JSON.stringify(summary)) };
    });
  };
}
