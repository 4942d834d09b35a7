import { existsSync } from "node:fs";
import {
  CodedError,
  countDifferences,
  type DiffFormat,
  type FilterDocument,
  filterToJson,
  type RenderInput,
  type RowChange,
  renderDiff,
} from "@syncline/core";
import { buildPatch, type DiffOptions, type DiffResult, type DiffRun, diffEndpoints } from "@syncline/engine";
import { type AnyPlace, openAnyEndpoint, openRowDirectory, resolveAnyPlace } from "@syncline/runtime";
import { createSha256 } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import { renderInputOfPatch } from "../../render/changes-of-patch.ts";
import { formatAmount } from "../../render/counts.ts";
import type { Session } from "../../session.ts";
import type { DiffCommandOptions } from "../diff.ts";
import { leavesTablesOut, sessionMasks, withMasks } from "../masks.ts";
import { withPatch } from "../patch/open-patch.ts";
import { patchFilesOf } from "../patch/patch-keys.ts";
import { sessionWorkspace } from "../places.ts";
import { assertWholeTables, directoryFilter } from "../write/directory-scope.ts";
import { assertWholeFiles } from "../write/whole-files.ts";
import { diffFormat, diffOptions, mayStop } from "./diff-options.ts";
import { formatExplain } from "./explain-text.ts";
import { readFilter } from "./read-filter.ts";

interface DiffInput {
  readonly source: string;
  readonly target: string;
  readonly options: DiffCommandOptions;
}

interface Comparison {
  readonly session: Session;
  readonly source: AnyPlace;
  readonly target: AnyPlace;
  readonly options: DiffCommandOptions;
  readonly format: DiffFormat;
  readonly wanted: DiffOptions;
}

export async function runDiff(session: Session, { source, target, options }: DiffInput): Promise<ExitReason> {
  const format = diffFormat(options, "summary");
  refuseExistingOutput(options);
  refuseUnreadableOutput(options, format);
  const typed = await readFilter(options.filter, session.workingFolder);
  const workspace = await sessionWorkspace(session);
  const where = { folder: session.workingFolder, signal: session.context.signal };
  const places = {
    source: await resolveAnyPlace(workspace, source, where),
    target: await resolveAnyPlace(workspace, target, where),
  };
  const filter = typed ?? (await pulledFilter(session, places));
  await assertWholeSides(session, places, options);
  const partial = leavesTablesOut(options.schema, places.source, places.target);
  const masks = await sessionMasks(session, options.mask, partial);
  const wanted: DiffOptions = {
    ...diffOptions({ options, format, filter, config: workspace.config }),
    ...(hasDirectory(places) ? { unpairedColumns: "keep" } : {}),
    ...withMasks(session, masks),
  };
  if (options.detectConflicts === true || options.base !== undefined) {
    const { detectConflicts } = await import("./detect-conflicts.ts");
    return detectConflicts({
      session,
      workspace,
      ...places,
      base: options.base,
      wanted,
      json: format === "json",
    });
  }
  const comparison: Comparison = { session, ...places, options, format, wanted };
  const result = await compare(comparison);
  if (!result.complete) return "partial";
  return options.exitCode === true && countDifferences(result.totals) > 0 ? "differences" : "ok";
}

/** Rows that the source lacks become deletes of a patch; rows that the target lacks only inserts. */
async function assertWholeSides(
  session: Session,
  { source, target }: Pick<Comparison, "source" | "target">,
  { output, edited }: DiffCommandOptions,
): Promise<void> {
  for (const side of [source, target]) {
    if (side.kind !== "directory") continue;
    const mayDelete = side === source && output !== undefined;
    const files = await openRowDirectory(side.place);
    const other = side === source ? target : source;
    if (other.kind === "live")
      assertWholeTables(files, `syncline import ${files.label} '${other.place.label}' --dry-run`);
    await assertWholeFiles(session, files, {
      mayDelete,
      edited: edited === true,
    });
  }
}

/** A directory may hold some of the columns only. */
function hasDirectory({ source, target }: Pick<Comparison, "source" | "target">): boolean {
  return source.kind === "directory" || target.kind === "directory";
}

/** What a directory was pulled with holds for the comparison too: rows that it was never asked for are not missing. */
async function pulledFilter(
  { people }: Session,
  { source, target }: { readonly source: AnyPlace; readonly target: AnyPlace },
): Promise<FilterDocument | null> {
  for (const place of [source, target]) {
    if (place.kind !== "directory") continue;
    const filter = directoryFilter(await openRowDirectory(place.place));
    if (filter === null) continue;
    people.say(`"${place.place.label}" was pulled with a filter; only rows that match it are compared.`);
    return filter;
  }
  return null;
}

/** Told before anything is connected; writing checks it again. */
function refuseExistingOutput({ output, overwrite }: DiffCommandOptions): void {
  if (output === undefined || overwrite === true || !existsSync(output)) return;
  throw new CodedError("file.exists", `The file "${output}" exists already.`, {
    hint: "Name another file, or add --overwrite to replace it.",
  });
}

/** Rows are shown from the patch, which nobody but its recipients can read. */
function refuseUnreadableOutput(
  { output, identity, summaryOnly }: DiffCommandOptions,
  format: DiffFormat,
): void {
  const shown = format !== "summary" && summaryOnly !== true;
  if (!shown || identity !== undefined || output?.endsWith(".age") !== true) return;
  throw new CodedError("usage.invalid", `--format ${format} shows rows of "${output}", which is encrypted.`, {
    hint: "Add --identity with the secret key, or leave --format out.",
  });
}

async function compare(comparison: Comparison): Promise<DiffResult> {
  const { session, wanted } = comparison;
  const opened = await Promise.allSettled([
    openAnyEndpoint(comparison.source, comparison.target),
    openAnyEndpoint(comparison.target, comparison.source),
  ]);
  const endpoints = opened.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  try {
    for (const outcome of opened) if (outcome.status === "rejected") throw outcome.reason;
    const [source, target] = endpoints;
    if (source === undefined || target === undefined) throw new TypeError("an endpoint is missing");
    const run = await diffEndpoints({ ctx: session.context, source, target, options: wanted });
    try {
      warnOfUnknownFields(comparison, run);
      return await deliver(comparison, run);
    } finally {
      await run.close();
    }
  } finally {
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  }
}

/** A field to ignore may be missing in some tables, but a name that none of them has is most likely a slip. */
function warnOfUnknownFields({ session, options }: Comparison, run: DiffRun): void {
  const known = new Set(run.tables.flatMap(({ patchTable }) => patchTable.columns.map(([name]) => name)));
  for (const field of options.ignoreFields ?? []) {
    if (known.has(field) || known.has(field.slice(field.lastIndexOf(".") + 1))) continue;
    session.people.warn(
      `No compared table has a column "${field}", so --ignore-fields ${field} changes nothing.`,
    );
  }
}

async function deliver(comparison: Comparison, run: DiffRun): Promise<DiffResult> {
  const { session, options } = comparison;
  const result =
    options.output === undefined
      ? await print(comparison, run)
      : await writeAndPrint(comparison, run, options.output);
  if (options.explain === true) session.people.tell(formatExplain(run.tables, result, session.paint));
  return result;
}

async function print(comparison: Comparison, run: DiffRun): Promise<DiffResult> {
  run.result.catch(() => {}); // a failure also ends the changes, which are read first
  await render(comparison, {
    ...sides(comparison),
    tables: run.tables,
    changes: run.changes,
    result: run.result,
  });
  return run.result;
}

/** The comparison is read once, for the patch; formats with rows then read them from the file. */
async function writeAndPrint(comparison: Comparison, run: DiffRun, path: string): Promise<DiffResult> {
  const { session, options, format } = comparison;
  const files = await patchFilesOf(session, options);
  const { result, footer } = await buildPatch({
    ctx: session.context,
    run,
    ...sides(comparison),
    metadata: patchMetadata(comparison),
    mayStop: mayStop(options),
    path,
    overwrite: options.overwrite === true,
    files,
    createDigest: createSha256,
  });
  const shown = { ...sides(comparison), tables: run.tables, result: Promise.resolve(result) };
  if (format === "summary" || options.summaryOnly === true)
    await render(comparison, { ...shown, changes: noChanges() });
  else {
    await withPatch({ session, files }, path, (patch) =>
      render(comparison, { ...shown, changes: renderInputOfPatch(patch, patch.operations()).changes }),
    );
  }
  const { inserts, updates, deletes } = footer.summary;
  session.people.say(`Wrote ${path} with ${formatAmount(inserts + updates + deletes, "operation")}.`);
  return result;
}

async function render({ session, format, options }: Comparison, input: RenderInput): Promise<void> {
  const { color, columns } = session.terminal;
  const pieces = renderDiff(format, {
    ...input,
    color,
    width: columns,
    summaryOnly: options.summaryOnly === true,
  });
  for await (const text of pieces) {
    session.context.signal.throwIfAborted();
    session.people.pause();
    await session.output.write(text);
  }
}

async function* noChanges(): AsyncGenerator<RowChange> {}

function sides({ source, target }: Comparison) {
  return { source: source.place.label, target: target.place.label };
}

function patchMetadata({ target, options, wanted }: Comparison) {
  const filter =
    wanted.filter === null ? null : filterToJson(wanted.filter as Parameters<typeof filterToJson>[0]);
  return {
    filter,
    ignoreFields: wanted.ignoreFields,
    fields: wanted.fields,
    scope: {
      tenant: target.kind === "live" ? target.place.tenant : null,
      tables: target.kind === "directory" || target.place.tables.kind === "all" ? "*" : target.place.label,
      patterns: options.schema ?? [],
      filter,
    },
  };
}
