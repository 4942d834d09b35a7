import { filterToJson, type MoveRules } from "@syncline/core";
import { type DiffOptions, type Endpoint, type MoveInput, type MoveResult, moveRows } from "@syncline/engine";
import { openAnyEndpoint, openEndpoint, openRowDirectory, openTarget } from "../../endpoint-registry.ts";
import { assertFlow } from "../../flow.ts";
import {
  type AnyPlace,
  type DirectoryPlace,
  type Place,
  resolveAnyPlace,
  resolvePlace,
} from "../../place.ts";
import type { OperationReport, OperationSetting } from "../contract.ts";
import {
  contradiction,
  type Landing,
  type MoveChoices,
  moveApplication,
  moveRules,
  moveStrategy,
} from "../moves/move-choices.ts";
import { conflictHooks, type MoveHooks } from "../moves/move-hooks.ts";
import { moveSummary } from "../moves/move-summary.ts";
import { renumberFiles, renumbering, underNewKeys } from "../moves/renumber.ts";
import { rowDiffOptions } from "../moves/row-diff-options.ts";
import { type DirectoryScope, directoryScope } from "../rows/directory-scope.ts";
import { assertWholeFiles, mayDeleteRows } from "../rows/whole-files.ts";
import { agreeToWrite } from "../target/assert-consent.ts";

/** Rows of a pulled directory that a place shall have. */
export interface PushInput extends MoveChoices {
  readonly directory: DirectoryPlace;
  readonly target: string;
  readonly strategy: Landing;
  readonly base: string | null;
  /** Patterns of table names; none for all tables. */
  readonly tables: readonly string[];
  /** Files with fewer rows than were pulled are accepted. */
  readonly edited: boolean;
  readonly parallel: number;
}

export interface PushPreview {
  readonly target: Place;
  /** Compares as the push will, with rows under the keys that they would get. `show` closes both sides. */
  readonly compare: <T>(
    show: (sides: {
      readonly source: Endpoint;
      readonly target: Endpoint;
      readonly options: DiffOptions;
    }) => Promise<T>,
  ) => Promise<T>;
}

export interface PushHooks extends MoveHooks {
  /** The last word before rows are written, after `confirmWrite`. A rejection ends the push. */
  readonly beforeRows?: (preview: PushPreview) => Promise<void>;
}

export interface PushReport extends OperationReport {
  readonly target: string;
  readonly result: MoveResult;
}

interface PushPlan {
  readonly setting: OperationSetting;
  readonly hooks: PushHooks;
  readonly input: PushInput;
  readonly scope: DirectoryScope;
  readonly rules: MoveRules;
  /** Names the rows' source where their new keys are remembered. */
  readonly mapName: string;
  readonly base: AnyPlace | null;
}

/** Makes a place hold the rows of a pulled directory, as it is now. */
export async function runPush(
  setting: OperationSetting,
  input: PushInput,
  hooks: PushHooks = {},
): Promise<PushReport> {
  const said: string[] = [];
  const say = hooks.say ?? ((text: string) => void said.push(text));
  const plan = await planPush({ setting, input, hooks }, say);
  const { scope, rules } = plan;
  if (rules.strategy === "replace" && !scope.mayDelete)
    setting.context.warn(
      `"${input.directory.label}" does not say which rows it leaves out, so no row is deleted.`,
    );
  await agreeToWrite(setting, { action: "push", target: scope.target, dryRun: input.dryRun });
  await hooks.beforeRows?.(preview(plan));
  const result = await move(plan);
  return { ...moveSummary(result, said), target: scope.target.label, result };
}

async function planPush(
  wanted: Pick<PushPlan, "setting" | "input" | "hooks">,
  say: (text: string) => void,
): Promise<PushPlan> {
  const { setting, input } = wanted;
  const { workspace, context } = setting;
  const { signal } = context;
  const strategy = moveStrategy(input.strategy);
  if (input.base !== null && strategy !== "three-way" && strategy !== "interactive")
    throw contradiction(`--base is for three-way and interactive, found ${strategy}`);
  const rules = moveRules(strategy, input, workspace.config.timestampFields);
  const place = await resolvePlace(workspace, input.target, signal);
  const source: AnyPlace = { kind: "directory", place: input.directory };
  const flow = { source, target: place, masked: false, signal };
  for (const warning of await assertFlow(workspace, flow)) context.warn(warning);
  const files = await openRowDirectory(input.directory);
  for (const table of await files.editedTables(signal))
    say(`${files.pathOf(table)} was edited since it was pulled.`);
  const scope = directoryScope(files, place, input.tables);
  const mayDelete = scope.mayDelete && mayDeleteRows(strategy, input.base !== null);
  await assertWholeFiles(setting, files, { mayDelete, edited: input.edited });
  const at = { folder: setting.folder, signal };
  return {
    ...wanted,
    scope,
    rules,
    mapName: renumberFiles(input.directory.label, files.scope),
    base: input.base === null ? null : await resolveAnyPlace(workspace, input.base, at),
  };
}

function compareOptions({ scope, input }: PushPlan): DiffOptions {
  const { tables, parallel } = input;
  return { ...rowDiffOptions({ tables, filter: scope.filter, parallel }), targetOnly: "leave" };
}

function openFiles({ input, scope }: PushPlan): Promise<Endpoint> {
  return openAnyEndpoint(
    { kind: "directory", place: input.directory },
    { kind: "live", place: scope.target },
  );
}

function preview(plan: PushPlan): PushPreview {
  const { setting, scope, input, mapName } = plan;
  const about = { target: scope.target, source: mapName, choices: input };
  const wanted = { diff: compareOptions(plan), signal: setting.context.signal };
  return {
    target: scope.target,
    compare: (show) =>
      underNewKeys(about, wanted, async (options) =>
        show({ source: await openFiles(plan), target: await openEndpoint(scope.target), options }),
      ),
  };
}

async function move(plan: PushPlan): Promise<MoveResult> {
  const { setting, hooks, scope, input, mapName } = plan;
  const conflicts = conflictHooks(hooks);
  const patchTarget = await openTarget(scope.target, setting.context.signal);
  try {
    return await renumbering({ target: scope.target, source: mapName, choices: input }, (renumber) =>
      moveRows({ ...moveInput(plan), patchTarget, ...conflicts, ...renumber }),
    );
  } finally {
    await patchTarget.close();
  }
}

function moveInput(plan: PushPlan): Omit<MoveInput, "patchTarget"> {
  const { setting, scope, input, base, rules } = plan;
  const live = { kind: "live", place: scope.target } as const;
  return {
    ctx: setting.context,
    openSource: () => openFiles(plan),
    openTarget: () => openEndpoint(scope.target),
    openBase: base === null ? null : () => openAnyEndpoint(base, live),
    diff: compareOptions(plan),
    rules,
    ...moveApplication(setting, input),
    mayDelete: scope.mayDelete,
    scope: {
      command: "push",
      tenant: scope.target.tenant,
      tables: scope.tables,
      patterns: input.tables,
      filter: scope.filter === null ? null : filterToJson(scope.filter),
    },
  };
}
