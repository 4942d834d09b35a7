import { findDataset } from "@syncline/config";
import {
  CodedError,
  type DatasetDefinition,
  type FilterDocument,
  filterToJson,
  type MoveRules,
} from "@syncline/core";
import {
  ALL_ROOTS,
  DatasetMove,
  type DiffOptions,
  type MaskSet,
  withDatasetPolicies,
} from "@syncline/engine";
import { openRowDirectory } from "../../endpoint-registry.ts";
import { assertFlow } from "../../flow.ts";
import { type AnyPlace, type Place, resolveAnyPlace, resolvePlace } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";
import { contradiction, moveRules, moveStrategy } from "../moves/move-choices.ts";
import { renumberAny } from "../moves/renumber.ts";
import { columnMapOf } from "../rows/column-map.ts";
import { sourceScope } from "../rows/directory-scope.ts";
import { leavesTablesOut, masksOf, withMasks } from "../rows/masks.ts";
import { assertWholeFiles, mayDeleteRows } from "../rows/whole-files.ts";
import type { CopyHooks, CopyInput } from "./copy-input.ts";

/** What a copy is about, before its rows are looked at. */
export interface CopyPlan {
  readonly setting: OperationSetting;
  readonly hooks: CopyHooks;
  readonly say: (text: string) => void;
  readonly input: CopyInput;
  readonly source: AnyPlace;
  readonly target: Place;
  readonly base: AnyPlace | null;
  /** What was asked for, else what a directory was pulled with. */
  readonly filter: FilterDocument | null;
  /** Whether the source says which rows it leaves out. */
  readonly mayDelete: boolean;
  readonly diff: DiffOptions;
  readonly rules: MoveRules;
  /** With a dataset: which rows belong to it. */
  readonly dataset: DatasetMove | null;
}

type Wanted = Pick<CopyPlan, "setting" | "hooks" | "say" | "input">;

export async function planCopy(wanted: Wanted): Promise<CopyPlan> {
  const { setting, input } = wanted;
  refuseContradictions(input);
  const { workspace, context } = setting;
  const { config } = workspace;
  const { signal } = context;
  const at = { folder: setting.folder, signal };
  const places = {
    source: await resolveAnyPlace(workspace, input.source, at),
    target: await resolvePlace(workspace, input.target, signal),
  };
  const { filter, mayDelete } = await sourceScope(places.source, places.target, input.filter);
  await assertWhole(wanted, places.source, mayDelete);
  const partial = leavesTablesOut(input.tables, places.source, { kind: "live", place: places.target });
  const definition = input.dataset === null ? null : findDataset(config, input.dataset);
  const masks = await masksOf(setting, input.mask ?? definition?.masks ?? null, partial);
  const dataset = definition === null ? null : datasetMove(definition, { ...places, filter, signal });
  const plan: CopyPlan = {
    ...wanted,
    ...places,
    base: input.base === null ? null : await resolveAnyPlace(workspace, input.base, at),
    filter,
    mayDelete,
    diff: compareOptions(wanted, { ...places, filter, masks, dataset }),
    rules: withPolicies(
      moveRules(moveStrategy(input.strategy), input, config.timestampFields),
      definition,
      places.source,
    ),
    dataset,
  };
  const flow = { source: plan.source, target: plan.target, masked: masks !== null, signal };
  for (const warning of await assertFlow(workspace, flow)) context.warn(warning);
  return plan;
}

async function assertWhole({ setting, input }: Wanted, source: AnyPlace, mayDelete: boolean): Promise<void> {
  if (source.kind !== "directory") return;
  const deletes = !input.incremental && mayDeleteRows(moveStrategy(input.strategy), input.base !== null);
  await assertWholeFiles(setting, await openRowDirectory(source.place), {
    mayDelete: mayDelete && deletes,
    edited: input.edited,
  });
}

interface DatasetSides {
  readonly source: AnyPlace;
  readonly target: Place;
  readonly filter: FilterDocument | null;
  readonly signal: AbortSignal;
}

function datasetMove(
  definition: DatasetDefinition,
  { source, target, filter, signal }: DatasetSides,
): DatasetMove {
  if (source.kind !== "live")
    throw new CodedError("usage.invalid", "--dataset chooses rows of a database, found a directory.", {
      hint: "Use syncline import for files of a dataset.",
    });
  return new DatasetMove({
    dataset: definition,
    selection: { ...ALL_ROOTS, where: filter?.where ?? null },
    schemas: { source: source.place.scope.schema, target: target.scope.schema },
    signal,
  });
}

function withPolicies(rules: MoveRules, definition: DatasetDefinition | null, source: AnyPlace): MoveRules {
  if (definition === null || source.kind !== "live") return rules;
  return withDatasetPolicies(rules, definition, source.place.scope.schema);
}

interface Compared {
  readonly source: AnyPlace;
  readonly filter: FilterDocument | null;
  readonly masks: MaskSet | null;
  readonly dataset: DatasetMove | null;
}

function compareOptions(
  { setting, input }: Wanted,
  { source, filter, masks, dataset }: Compared,
): DiffOptions {
  return {
    tableMap: input.tableMap,
    columnMap: columnMapOf(input.columnMap),
    tablePatterns: input.tables,
    filter: dataset === null ? filter : null,
    fields: null,
    ignoreFields: input.ignoreFields,
    tolerance: new Map(),
    keys: input.keys,
    maxDifferences: null,
    maxPercent: null,
    maxTimeMs: null,
    recheckAfterMs: null,
    images: "all",
    path: "auto",
    parallel: input.parallel,
    targetOnly: "leave",
    unknownIgnored: "refuse",
    ...withMasks(setting, masks, dataset?.prepare),
    unpairedColumns: source.kind === "directory" ? "keep" : "refuse",
  };
}

/** What the copy covers, for the target's ledger. */
export function copyScope({ target, input, filter }: CopyPlan): Readonly<Record<string, unknown>> {
  return {
    command: "copy",
    tenant: target.tenant,
    tables: target.tables.kind === "all" ? "*" : target.label,
    patterns: input.tables,
    ...(input.dataset === null ? {} : { dataset: input.dataset }),
    filter: filter === null ? null : filterToJson(filter),
  };
}

/** What giving new keys is about in this copy. */
export async function renumbered({ target, source, input }: CopyPlan) {
  return { target, choices: input, source: input.renumber ? await renumberAny(source) : "" };
}

function refuseContradictions(input: CopyInput): void {
  const { base, incremental, dataset } = input;
  const strategy = moveStrategy(input.strategy);
  const wantsBase = strategy === "three-way" || strategy === "interactive";
  if (base !== null && !wantsBase)
    throw contradiction(`--base is for three-way and interactive, found ${strategy}`);
  if (!incremental && input.incrementalColumn !== null)
    throw contradiction("--incremental-column is only of use with --incremental");
  if (incremental && wantsBase) throw contradiction(`--incremental merges, found --strategy ${strategy}`);
  if (input.renumber && dataset !== null)
    throw contradiction("--renumber moves whole tables, --dataset chosen roots");
  if (dataset !== null && incremental)
    throw contradiction("--dataset compares whole roots, --incremental does not");
}
