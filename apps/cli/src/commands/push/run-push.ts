import {
  CodedError,
  type FilterDocument,
  filterToJson,
  type MoveRules,
  type MoveStrategy,
} from "@syncline/core";
import { type DiffOptions, type MoveInput, moveRows } from "@syncline/engine";
import {
  type AnyPlace,
  assertFlow,
  type DirectoryPlace,
  openAnyEndpoint,
  openEndpoint,
  openRowDirectory,
  openTarget,
  resolveAnyPlace,
  resolvePlace,
} from "@syncline/runtime";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { confirmWrite } from "../confirm-write.ts";
import { directoryPlace, sessionWorkspace } from "../places.ts";
import type { PushCommandOptions } from "../push.ts";
import { showDifferenceFirst } from "../write/diff-first.ts";
import { type DirectoryScope, directoryScope } from "../write/directory-scope.ts";
import { MoveConflicts } from "../write/move-conflicts.ts";
import { moveApplication, moveRules } from "../write/move-options.ts";
import { printMove } from "../write/print-move.ts";
import { renumberFiles, renumbering, underNewKeys } from "../write/renumber.ts";
import { rowDiffOptions } from "../write/row-diff-options.ts";
import { assertWholeFiles, mayDeleteRows } from "../write/whole-files.ts";

interface PushArguments {
  readonly directory: string;
  readonly target: string;
  readonly options: PushCommandOptions;
}

interface Push {
  readonly session: Session;
  readonly directory: DirectoryPlace;
  readonly scope: DirectoryScope;
  readonly rules: MoveRules;
  /** Names the rows' source where their new keys are remembered. */
  readonly mapName: string;
  readonly base: AnyPlace | null;
  readonly options: PushCommandOptions;
}

export async function runPush(session: Session, wanted: PushArguments): Promise<ExitReason> {
  const push = await planPush(session, wanted);
  const { scope, options, rules, directory } = push;
  if (rules.strategy === "replace" && !scope.mayDelete)
    session.people.warn(`"${directory.label}" does not say which rows it leaves out, so no row is deleted.`);
  await confirmWrite(session, scope.target, { ...options, strategy: "manual" });
  if (options.diffFirst === true) await showDifference(push);
  return move(push);
}

async function planPush(session: Session, { directory, target, options }: PushArguments): Promise<Push> {
  const workspace = await sessionWorkspace(session);
  const { signal } = session.context;
  const rules = moveRules(strategyOf(options), options, workspace.config.timestampFields);
  const place = await resolvePlace(workspace, target, signal);
  const from = directoryPlace(session, directory);
  const source: AnyPlace = { kind: "directory", place: from };
  const flow = { source, target: place, masked: false, signal };
  for (const warning of await assertFlow(workspace, flow)) session.people.warn(warning);
  const files = await openRowDirectory(from);
  for (const table of await files.editedTables(signal))
    session.people.say(`${files.pathOf(table)} was edited since it was pulled.`);
  const scope = directoryScope(files, place, options.schema ?? []);
  const mayDelete = scope.mayDelete && mayDeleteRows(rules.strategy, options.base !== undefined);
  await assertWholeFiles(session, files, { mayDelete, edited: options.edited === true });
  const at = { folder: session.workingFolder, signal };
  return {
    session,
    directory: from,
    scope,
    rules,
    mapName: renumberFiles(from.label, files.scope),
    base: options.base === undefined ? null : await resolveAnyPlace(workspace, options.base, at),
    options,
  };
}

function strategyOf({ merge, strategy, base }: PushCommandOptions): MoveStrategy {
  if (merge === true && strategy !== undefined && strategy !== "merge")
    throw contradiction(`--merge and --strategy ${strategy} contradict each other`);
  const chosen = merge === true ? "merge" : (strategy ?? "replace");
  if (base !== undefined && chosen !== "three-way" && chosen !== "interactive")
    throw contradiction(`--base is for three-way and interactive, found ${chosen}`);
  return chosen === "append" ? "skip-existing" : chosen;
}

function contradiction(what: string): CodedError {
  return new CodedError("usage.invalid", `${what}.`, { hint: "Leave one of the two out." });
}

function compareOptions({ scope, options }: Push): DiffOptions {
  const { schema, parallel } = options;
  return {
    ...rowDiffOptions({ ...(schema === undefined ? {} : { schema }), filter: scope.filter, parallel }),
    targetOnly: "leave",
  };
}

function openFiles({ directory, scope }: Push) {
  return openAnyEndpoint({ kind: "directory", place: directory }, { kind: "live", place: scope.target });
}

async function showDifference(push: Push): Promise<void> {
  const { session, scope, options } = push;
  const yes = options.yes === true || options.dryRun === true;
  const about = { target: scope.target, source: push.mapName, options };
  const wanted = { diff: compareOptions(push), signal: session.context.signal };
  const differences = await underNewKeys(about, wanted, async (translated) =>
    showDifferenceFirst(session, {
      source: await openFiles(push),
      target: await openEndpoint(scope.target),
      options: translated,
      question: `Write this to "${scope.target.label}"`,
      yes,
    }),
  );
  if (differences === 0 || yes || session.people.canAsk) return;
  throw new CodedError(
    "usage.confirmation_required",
    `Writing to "${scope.target.label}" was not confirmed; nothing was changed.`,
    { hint: "Answer y, or pass --yes." },
  );
}

async function move(push: Push): Promise<ExitReason> {
  const { session, directory, scope, options, rules } = push;
  const conflicts = new MoveConflicts(session, { ...options, strategy: rules.strategy });
  const patchTarget = await openTarget(scope.target, session.context.signal);
  try {
    const about = { target: scope.target, source: push.mapName, options };
    const result = await renumbering(about, (renumber) =>
      moveRows({ ...moveInput(push), patchTarget, ...conflicts.hooks, ...renumber }),
    );
    const conflictFile = await conflicts.finish(result);
    const printed = {
      action: "push",
      source: directory.label,
      target: scope.target.label,
      strategy: rules.strategy,
    };
    const outcome = { ...printed, result, conflictFile, conflicts: conflicts.first };
    return await printMove(session, outcome, options.json === true);
  } finally {
    await conflicts.discard();
    await patchTarget.close();
  }
}

function moveInput(push: Push): Omit<MoveInput, "patchTarget"> {
  const { session, scope, options, base, rules } = push;
  const live = { kind: "live", place: scope.target } as const;
  return {
    ctx: session.context,
    openSource: () => openFiles(push),
    openTarget: () => openEndpoint(scope.target),
    openBase: base === null ? null : () => openAnyEndpoint(base, live),
    diff: compareOptions(push),
    rules,
    apply: moveApplication(options),
    mayDelete: scope.mayDelete,
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    scope: {
      command: "push",
      tenant: scope.target.tenant,
      tables: scope.tables,
      patterns: options.schema ?? [],
      filter: filterDocument(scope.filter),
    },
  };
}

function filterDocument(filter: FilterDocument | null): unknown {
  return filter === null ? null : filterToJson(filter);
}
