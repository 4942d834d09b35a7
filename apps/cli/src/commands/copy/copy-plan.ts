import { findDataset } from "@syncline/config";
import {
  CodedError,
  type DatasetDefinition,
  type FilterDocument,
  type MoveRules,
  type MoveStrategy,
} from "@syncline/core";
import {
  ALL_ROOTS,
  DatasetMove,
  type DiffOptions,
  type MaskSet,
  withDatasetPolicies,
} from "@syncline/engine";
import {
  type AnyPlace,
  assertFlow,
  openRowDirectory,
  type Place,
  resolveAnyPlace,
  resolvePlace,
} from "@syncline/runtime";
import type { Session } from "../../session.ts";
import type { CopyCommandOptions } from "../copy.ts";
import { diffOptions } from "../diff/diff-options.ts";
import { readFilter } from "../diff/read-filter.ts";
import { leavesTablesOut, sessionMasks, withMasks } from "../masks.ts";
import { sessionWorkspace } from "../places.ts";
import { sourceScope } from "../write/directory-scope.ts";
import { moveRules } from "../write/move-options.ts";
import { renumberAny } from "../write/renumber.ts";
import { assertWholeFiles, mayDeleteRows } from "../write/whole-files.ts";

export interface CopyArguments {
  readonly source: string;
  readonly target: string;
  readonly options: CopyCommandOptions;
}

/** What a copy is about, before anything is connected. */
export interface CopyPlan {
  readonly session: Session;
  readonly source: AnyPlace;
  readonly target: Place;
  readonly base: AnyPlace | null;
  readonly options: CopyCommandOptions;
  readonly filter: FilterDocument | null;
  /** Whether the source says which rows it leaves out. */
  readonly mayDelete: boolean;
  readonly masks: MaskSet | null;
  readonly diff: DiffOptions;
  readonly rules: MoveRules;
  /** With `--dataset`: which rows belong to it. */
  readonly dataset: DatasetMove | null;
}

export async function planCopy(
  session: Session,
  { source, target, options }: CopyArguments,
): Promise<CopyPlan> {
  refuseContradictions(options);
  const workspace = await sessionWorkspace(session);
  const { config } = workspace;
  const typed = await readFilter(options.filter, session.workingFolder);
  const { signal } = session.context;
  const at = { folder: session.workingFolder, signal };
  const places = {
    source: await resolveAnyPlace(workspace, source, at),
    target: await resolvePlace(workspace, target, signal),
  };
  const { filter, mayDelete } = await sourceScope(places.source, places.target, typed);
  await assertWhole(session, places.source, { mayDelete, options });
  const partial = leavesTablesOut(options.schema, places.source, { kind: "live", place: places.target });
  const definition = options.dataset === undefined ? null : findDataset(config, options.dataset);
  const masks = await sessionMasks(session, options.mask ?? definition?.masks ?? undefined, partial);
  const dataset = definition === null ? null : datasetMove(definition, { session, filter, ...places });
  const plan: CopyPlan = {
    session,
    ...places,
    base: options.base === undefined ? null : await resolveAnyPlace(workspace, options.base, at),
    options,
    filter,
    mayDelete,
    masks,
    diff: {
      ...compareOptions({ options, filter, config }),
      ...(dataset === null ? {} : { filter: null }),
      ...withMasks(session, masks, dataset?.prepare),
      unpairedColumns: places.source.kind === "directory" ? "keep" : "refuse",
    },
    rules: withPolicies(
      moveRules(strategyOf(options), options, config.timestampFields),
      definition,
      places.source,
    ),
    dataset,
  };
  const flow = { source: plan.source, target: plan.target, masked: masks !== null, signal };
  for (const warning of await assertFlow(workspace, flow)) session.people.warn(warning);
  return plan;
}

async function assertWhole(
  session: Session,
  source: AnyPlace,
  { mayDelete, options }: Pick<CopyPlan, "mayDelete" | "options">,
): Promise<void> {
  const { base, incremental, edited } = options;
  if (source.kind !== "directory") return;
  const deletes = incremental !== true && mayDeleteRows(strategyOf(options), base !== undefined);
  await assertWholeFiles(session, await openRowDirectory(source.place), {
    mayDelete: mayDelete && deletes,
    edited: edited === true,
  });
}

function datasetMove(
  definition: DatasetDefinition,
  { session, filter, source, target }: Pick<CopyPlan, "session" | "filter" | "source" | "target">,
): DatasetMove {
  if (source.kind !== "live")
    throw new CodedError("usage.invalid", "--dataset chooses rows of a database, found a directory.", {
      hint: "Use syncline import for files of a dataset.",
    });
  return new DatasetMove({
    dataset: definition,
    selection: { ...ALL_ROOTS, where: filter?.where ?? null },
    schemas: { source: source.place.scope.schema, target: target.scope.schema },
    signal: session.context.signal,
  });
}

function withPolicies(rules: MoveRules, definition: DatasetDefinition | null, source: AnyPlace): MoveRules {
  if (definition === null || source.kind !== "live") return rules;
  return withDatasetPolicies(rules, definition, source.place.scope.schema);
}

type Compared = Pick<Parameters<typeof diffOptions>[0], "filter" | "config"> & {
  readonly options: CopyCommandOptions;
};

function compareOptions({ options, filter, config }: Compared): DiffOptions {
  const { schema, mapTable, mapColumn, key, ignoreFields, parallel } = options;
  const typed = { schema, mapTable, mapColumn, key, ignoreFields, parallel, path: "auto" };
  const given = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined));
  const base = diffOptions({
    options: given as unknown as Parameters<typeof diffOptions>[0]["options"],
    format: "summary",
    filter,
    config,
  });
  return { ...base, images: "all", targetOnly: "leave", unknownIgnored: "refuse" };
}

/** What `--renumber` of this copy is about. */
export async function renumbered({ target, source, options }: CopyPlan) {
  return { target, options, source: options.renumber === true ? await renumberAny(source) : "" };
}

export function strategyOf({ strategy }: CopyCommandOptions): MoveStrategy {
  return strategy === "append" ? "skip-existing" : strategy;
}

function refuseContradictions(options: CopyCommandOptions): void {
  const { base, incremental, schemasOnly, includeSchemas } = options;
  const strategy = strategyOf(options);
  const wantsBase = strategy === "three-way" || strategy === "interactive";
  if (base !== undefined && !wantsBase)
    throw contradiction(`--base is for three-way and interactive, found ${strategy}`);
  if (incremental !== true && options.incrementalColumn !== undefined)
    throw contradiction("--incremental-column is only of use with --incremental");
  if (incremental === true && wantsBase)
    throw contradiction(`--incremental merges, found --strategy ${strategy}`);
  if (schemasOnly === true && includeSchemas === true)
    throw contradiction("--schemas-only copies no rows, --include-schemas does");
  if (options.renumber === true && options.dataset !== undefined)
    throw contradiction("--renumber moves whole tables, --dataset chosen roots");
  if (options.dataset !== undefined && incremental === true)
    throw contradiction("--dataset compares whole roots, --incremental does not");
}

function contradiction(what: string): CodedError {
  return new CodedError("usage.invalid", `${what}.`, { hint: "Leave one of the two out." });
}
