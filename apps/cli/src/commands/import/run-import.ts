import { resolve } from "node:path";
import {
  CodedError,
  type DatasetDefinition,
  type MoveStrategy,
  nameInTenant,
  parsePatchTableName,
  type TableName,
} from "@syncline/core";
import {
  assertAllowed,
  type DiffOptions,
  type Endpoint,
  type FileRoots,
  importPreparation,
  type MoveInput,
  moveRows,
  type RowFiles,
  readRoots,
  readTarget,
  referencedKey,
  type TargetTables,
  withPolicies,
} from "@syncline/engine";
import {
  assertFlow,
  openEndpoint,
  openRowsEndpoint,
  openTarget,
  type Place,
  resolvePlace,
  type Workspace,
} from "@syncline/runtime";
import { createChangeSpool } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { confirmWrite } from "../confirm-write.ts";
import type { ImportCommandOptions } from "../import.ts";
import { sessionWorkspace } from "../places.ts";
import { directoryScope } from "../write/directory-scope.ts";
import { MoveConflicts } from "../write/move-conflicts.ts";
import { moveApplication, moveRules } from "../write/move-options.ts";
import { printMove } from "../write/print-move.ts";
import { renumberFiles, renumbering } from "../write/renumber.ts";
import { rowDiffOptions } from "../write/row-diff-options.ts";
import { readAllowedKeys } from "./allowed-keys.ts";
import { importBase } from "./import-base.ts";
import { importSqlFile } from "./import-sql-file.ts";
import { openImport } from "./open-import.ts";

interface ImportArguments {
  readonly file: string;
  readonly target: string;
  readonly options: ImportCommandOptions;
}

/** Rows of a file on their way into a target. */
interface ImportJob {
  readonly session: Session;
  readonly workspace: Workspace;
  readonly files: RowFiles;
  readonly target: Place;
  readonly strategy: MoveStrategy;
  readonly options: ImportCommandOptions;
}

type Narrowed = Pick<MoveInput, "diff" | "rules" | "mayDelete" | "scope"> &
  Partial<Pick<MoveInput, "isReferenced">> & { readonly target: Place };

export async function runImport(
  session: Session,
  { file, target, options }: ImportArguments,
): Promise<ExitReason> {
  const workspace = await sessionWorkspace(session);
  const { signal } = session.context;
  const strategy = strategyOf(options);
  const place = await resolvePlace(workspace, target, signal);
  const source = {
    kind: "directory",
    place: { label: file, path: resolve(session.workingFolder, file) },
  } as const;
  for (const warning of await assertFlow(workspace, { source, target: place, masked: false, signal }))
    session.people.warn(warning);
  const opened = await openImport(session, file, options, { mayDelete: followsDeletes(strategy) });
  await confirmWrite(session, place, { ...options, strategy: "manual" });
  if (opened.kind === "sql")
    return importSqlFile({ session, target: place, label: file, options, ...opened });
  if (options.anySql === true)
    throw new CodedError("usage.invalid", "--any-sql is for SQL files.", {
      hint: "Leave it out: this file holds rows.",
    });
  await confirmReplaceAll(session, place, options);
  const job: ImportJob = { session, workspace, files: opened.files, target: place, strategy, options };
  return move(job, await narrow(job));
}

function strategyOf({ merge, mergeStrategy, base, replaceAll }: ImportCommandOptions): MoveStrategy {
  if (merge === true && mergeStrategy !== undefined && mergeStrategy !== "merge")
    throw contradiction(`--merge and --merge-strategy ${mergeStrategy} contradict each other`);
  const chosen = merge === true ? "merge" : (mergeStrategy ?? "replace");
  if (base !== undefined && chosen !== "three-way")
    throw contradiction(`--base is for three-way, found ${chosen}`);
  if (replaceAll === true && chosen !== "replace")
    throw contradiction(`--replace-all deletes rows, ${chosen} does not`);
  return chosen === "append" ? "skip-existing" : chosen;
}

function contradiction(what: string): CodedError {
  return new CodedError("usage.invalid", `${what}.`, { hint: "Leave one of the two out." });
}

/** Deletes roots that the file does not name: only after a yes. */
async function confirmReplaceAll(
  { people }: Session,
  { label }: Place,
  { replaceAll, yes, dryRun, confirm }: ImportCommandOptions,
): Promise<void> {
  if (replaceAll !== true || yes === true || dryRun === true || confirm !== undefined) return;
  const question = `This deletes every root in "${label}" that the file does not list, with all that belongs to it. Go on? [y/N] `;
  if (people.canAsk && /^y(es)?$/i.test((await people.ask(question)).trim())) return;
  throw new CodedError(
    "usage.confirmation_required",
    `Replacing all of "${label}" was not confirmed; nothing was changed.`,
    { hint: "Look with --dry-run first; then answer y, or pass --yes." },
  );
}

function narrow(job: ImportJob): Promise<Narrowed> {
  const { files, options, workspace } = job;
  const name = options.dataset ?? files.scope?.dataset?.name;
  if (options.renumber === true && name !== undefined)
    throw contradiction(`--renumber moves whole tables, "${files.label}" holds roots of a dataset`);
  if (name !== undefined) return narrowToDataset(job, datasetOf(job, name));
  if (options.replaceAll === true || options.allow !== undefined)
    throw new CodedError("usage.invalid", `"${files.label}" holds whole tables, and no roots of a dataset.`, {
      hint: `Name the dataset with --dataset${workspace.config.datasets.size === 0 ? "" : `: ${[...workspace.config.datasets.keys()].join(", ")}`}.`,
    });
  return Promise.resolve(narrowToTables(job));
}

/** As the config has it, else as far as the file tells. Tables that the file does not hold take no part. */
function datasetOf({ workspace, files, options }: ImportJob, name: string): DatasetDefinition {
  const known = workspace.config.datasets.get(name);
  const told = files.scope?.dataset;
  const root = known?.root ?? (options.dataset === undefined ? told?.root : undefined);
  if (root === undefined)
    throw new CodedError("dataset.not_found", `There is no dataset "${name}" in the config.`, {
      hint: "Add it under datasets, or leave out --dataset.",
    });
  return {
    name,
    root,
    tables: files.tables.map((table) => table.name),
    policies: known?.policies ?? new Map(),
    filters: new Map(),
  };
}

async function narrowToDataset(job: ImportJob, dataset: DatasetDefinition): Promise<Narrowed> {
  const { session, files, options } = job;
  const { context: ctx } = session;
  const target = narrowedPlace(job);
  const tables = await readTargetTables(job, target, dataset);
  for (const note of tables.notes) session.people.say(`note: ${note}`);
  const root = nameInTenant(tables.root.name, tables.tenantSchema);
  const roots = await readRoots({ files, root, rootKey: tables.rootKey, signal: ctx.signal });
  const allowed = await allowedKeys(job, roots, { root, columns: tables.rootKey.length });
  const reach = options.replaceAll !== true ? "listed" : allowed === null ? "all" : { keys: allowed };
  const prepare = importPreparation({
    dataset,
    target: tables,
    keys: roots.keys,
    reach,
    label: files.label,
    signal: ctx.signal,
  });
  return {
    target,
    diff: { ...compareOptions(job), prepare },
    rules: withPolicies(rulesOf(job), dataset, tables),
    mayDelete: followsDeletes(job.strategy) && holdsWholeRoots(job),
    isReferenced: referencedTest(files, roots),
    scope: scopeDocument(job, {
      dataset: dataset.name,
      root,
      roots: roots.keys.length,
      reach: reachName(reach),
    }),
  };
}

/** A filter over tables leaves out rows of roots that are there; one of a dataset chose among roots alone. */
function holdsWholeRoots({ files: { label, scope }, session }: ImportJob): boolean {
  if (scope?.complete === true && (scope.dataset !== null || scope.filter === null)) return true;
  session.people.warn(`"${label}" does not hold all that belongs to its roots, so no row is deleted.`);
  return false;
}

/** A root's row that the base had and the file lacks was deleted in the source. */
function followsDeletes(strategy: MoveStrategy): boolean {
  return strategy === "replace" || strategy === "three-way";
}

function reachName(reach: Parameters<typeof importPreparation>[0]["reach"]): string {
  return typeof reach === "string" ? reach : "allowed";
}

async function readTargetTables(
  { session, files }: ImportJob,
  target: Place,
  dataset: DatasetDefinition,
): Promise<TargetTables> {
  const endpoint = await openEndpoint(target);
  try {
    return await readTarget({ ctx: session.context, target: endpoint, files, dataset });
  } finally {
    await endpoint.close();
  }
}

async function allowedKeys(
  { session, files, options }: ImportJob,
  roots: FileRoots,
  { root, columns }: { readonly root: string; readonly columns: number },
): Promise<readonly (readonly string[])[] | null> {
  if (options.allow === undefined) return null;
  const allowed = await readAllowedKeys(options.allow, { folder: session.workingFolder, columns });
  assertAllowed(roots, allowed, { label: files.label, root });
  return allowed;
}

function referencedTest(
  { tables }: RowFiles,
  { referenced }: FileRoots,
): NonNullable<MoveInput["isReferenced"]> {
  return (table, key) => {
    const file = tables.find(({ name }) => name === table);
    return file !== undefined && referenced.get(table)?.has(referencedKey(file.key, key)) === true;
  };
}

/** A pulled directory or an export of whole tables: what its scope covers, as for push. */
function narrowToTables(job: ImportJob): Narrowed {
  const { files, target: place, strategy, session } = job;
  const { target, filter, mayDelete, tables } = directoryScope(files, place, []);
  if (strategy === "replace" && !mayDelete)
    session.people.warn(`"${files.label}" does not say which rows it leaves out, so no row is deleted.`);
  return {
    target,
    diff: { ...compareOptions(job), filter },
    rules: rulesOf(job),
    mayDelete,
    scope: scopeDocument(job, { tables, filter: files.scope?.filter ?? null }),
  };
}

function scopeDocument({ target }: ImportJob, more: Readonly<Record<string, unknown>>) {
  return { command: "import", tenant: target.tenant, ...more };
}

function rulesOf({ strategy, options, workspace }: ImportJob) {
  return moveRules(strategy, options, workspace.config.timestampFields);
}

function compareOptions({ options }: ImportJob): DiffOptions {
  return { ...rowDiffOptions({ filter: null, parallel: options.parallel }), targetOnly: "leave" };
}

/** @throws CodedError `usage.invalid` when the target's locator leaves out tables of the file */
function narrowedPlace({ target, files }: ImportJob): Place {
  const { tables: chosen } = target;
  const left = files.tables.find(({ name }) => {
    const { schema, name: table } = parsePatchTableName(name) as TableName;
    const isChosen = (each: TableName) =>
      each.name === table && (each.schema ?? target.scope.schema) === (schema ?? target.scope.schema);
    return chosen.kind === "named" && !chosen.names.some(isChosen);
  });
  if (left !== undefined)
    throw new CodedError(
      "usage.invalid",
      `"${target.label}" leaves out the table "${left.name}" of the file.`,
      {
        hint: "Name the target with :* for the tables, or export fewer tables.",
      },
    );
  const names = files.tables.map(({ name }) => parsePatchTableName(name) as TableName);
  return { ...target, tables: { kind: "named", names } };
}

async function move(job: ImportJob, { target, ...narrowed }: Narrowed): Promise<ExitReason> {
  const { session, files, options, strategy } = job;
  const conflicts = new MoveConflicts(session, { ...options, strategy });
  const patchTarget = await openTarget(target, session.context.signal);
  try {
    const openBase = await importBase(job, target);
    const renumbered = { target, source: renumberFiles(files.label, files.scope), options };
    const run = (renumber: Pick<MoveInput, "renumber">) =>
      moveRows({
        ctx: session.context,
        openSource: () => stage(files, target),
        openTarget: () => openEndpoint(target),
        openBase,
        patchTarget,
        apply: moveApplication(options),
        createSpool: createChangeSpool,
        ...(options.reason === undefined ? {} : { reason: options.reason }),
        ...conflicts.hooks,
        ...narrowed,
        ...renumber,
      });
    const result = await renumbering(renumbered, run);
    const conflictFile = await conflicts.finish(result);
    const about = { action: "import", source: files.label, target: target.label, strategy };
    const outcome = { ...about, result, conflictFile, conflicts: conflicts.first };
    return await printMove(session, outcome, options.json === true);
  } finally {
    await conflicts.discard();
    await patchTarget.close();
  }
}

function stage(files: RowFiles, beside: Place): Promise<Endpoint> {
  return openRowsEndpoint({ files, label: files.label, beside });
}
