import { existsSync } from "node:fs";
import { join } from "node:path";
import { findDataset } from "@syncline/config";
import { CodedError, type DatasetDefinition, type FilterDocument } from "@syncline/core";
import {
  DEFINITION_SETTINGS,
  type Endpoint,
  type ExportResult,
  exportRows,
  type MaskSet,
  type PullInput,
  type PullPlan,
  type PullResult,
  pullRows,
  type RowFilesWriter,
  RunMasks,
} from "@syncline/engine";
import {
  createRowDirectory,
  type DirectoryPlace,
  openAnyEndpoint,
  openEndpoint,
  openSchemaEngine,
  type Place,
  resolvePlace,
} from "@syncline/runtime";
import { assertEncryption, assertRoots, rowDiffOptions } from "@syncline/runtime/operations";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { formatCount } from "../../terminal/progress-text.ts";
import { readFilter } from "../diff/read-filter.ts";
import { leavesTablesOut, sessionMasks, withMasks } from "../masks.ts";
import { directoryPlace, sessionWorkspace } from "../places.ts";
import type { PullCommandOptions } from "../pull.ts";
import { rootFilters, rootSelection } from "../root-selection.ts";
import { showDifferenceFirst } from "../write/diff-first.ts";

interface PullArguments {
  readonly source: string;
  readonly directory: string;
  readonly options: PullCommandOptions;
}

interface Pull {
  readonly session: Session;
  readonly source: Place;
  readonly directory: DirectoryPlace;
  readonly filter: FilterDocument | null;
  readonly dataset: DatasetDefinition | null;
  readonly masks: MaskSet | null;
  readonly options: PullCommandOptions;
}

type WritePlan = Pick<PullPlan, "tables" | "specs" | "version" | "snapshot" | "scope">;
type Pulled = Pick<PullResult, "unchanged" | "tables"> | ExportResult;

export async function runPull(
  session: Session,
  { source, directory, options }: PullArguments,
): Promise<ExitReason> {
  refuseContradictions(options);
  const workspace = await sessionWorkspace(session);
  const place = await resolvePlace(workspace, source, session.context.signal);
  await assertEncryption(workspace, place, {
    recipients: [],
    hint: "A directory is not encrypted; use syncline export with --recipient and a file name that ends in .age.",
    signal: session.context.signal,
  });
  const dataset = options.dataset === undefined ? null : findDataset(workspace.config, options.dataset);
  const partial = dataset !== null || leavesTablesOut(options.schema, { kind: "live", place });
  const pull: Pull = {
    session,
    source: place,
    directory: directoryPlace(session, directory),
    filter: await readFilter(options.filter, session.workingFolder),
    dataset,
    masks: await sessionMasks(session, options.mask ?? dataset?.masks ?? undefined, partial),
    options,
  };
  if (options.diffFirst === true) await showDifference(pull);
  await print(pull, await pullAll(pull));
  return "ok";
}

/** @throws CodedError `usage.invalid` */
function refuseContradictions(options: PullCommandOptions): void {
  assertRoots(options.dataset ?? null, rootFilters(options));
  const { dataset, schema, diffFirst } = options;
  if (dataset === undefined) return;
  if (schema !== undefined)
    throw new CodedError("usage.invalid", "--schema and --dataset contradict each other.", {
      hint: "List the tables in the dataset.",
    });
  if (diffFirst === true)
    throw new CodedError("usage.invalid", "--diff-first compares whole tables, --dataset takes some rows.", {
      hint: "Leave one of the two out.",
    });
}

async function pullAll(pull: Pull): Promise<Pulled> {
  const endpoint = await openEndpoint(pull.source);
  try {
    return pull.dataset === null
      ? await pullTables(pull, endpoint)
      : await pullDataset(pull, pull.dataset, endpoint);
  } finally {
    await endpoint.close();
  }
}

/** What belongs to a dataset's roots, and what it refers to. */
function pullDataset(pull: Pull, dataset: DatasetDefinition, source: Endpoint): Promise<ExportResult> {
  const { session, filter, masks, options } = pull;
  const run = masks === null ? null : new RunMasks(masks, session.context);
  return exportRows({
    ctx: session.context,
    source,
    tenant: pull.source.tenant,
    dataset,
    selection: rootSelection(options, filter),
    tablePatterns: [],
    filter: null,
    fields: options.fields ?? null,
    masks: run === null ? null : (snapshot) => run.use(snapshot),
    openWriter: (plan) => openWriter(pull, plan),
  });
}

function pullTables(pull: Pull, endpoint: Endpoint): Promise<PullResult> {
  const { session, source, filter, options } = pull;
  return pullRows({
    ctx: session.context,
    source: endpoint,
    tenant: source.tenant,
    options: {
      tablePatterns: options.schema ?? [],
      filter,
      fields: options.fields ?? null,
      parallel: options.parallel,
    },
    ...maskedSnapshot(pull),
    openWriter: (plan) => openWriter(pull, plan),
  });
}

function maskedSnapshot({ session, masks }: Pull): Pick<PullInput, "prepare"> {
  if (masks === null) return {};
  const run = new RunMasks(masks, session.context);
  return { prepare: async (snapshot) => ({ scopes: new Map(), masks: await run.use(snapshot) }) };
}

async function openWriter(pull: Pull, plan: WritePlan): Promise<RowFilesWriter> {
  const { session, source, directory, options } = pull;
  return createRowDirectory({
    place: directory,
    tables: plan.tables.map(({ name }) => name),
    overwrite: options.overwrite === true,
    header: {
      format: options.format,
      createdAt: session.context.now().toISOString(),
      source: { locator: source.label, version: plan.version },
      scope: plan.scope,
      definitions: options.includeSchemas === true ? await tableDefinitions(pull, plan) : null,
    },
  });
}

/** The tables' definitions at the rows' instant, as a script for psql or for reading. */
async function tableDefinitions({ session, source }: Pull, { specs, snapshot }: WritePlan): Promise<string> {
  const engine = openSchemaEngine(source);
  try {
    const { preData, postData } = await engine.define({
      tables: specs.map(({ name }) => name),
      schemas: null,
      renameSchemas: new Map(),
      ...(snapshot === null ? {} : { snapshot }),
      signal: session.context.signal,
    });
    return [...DEFINITION_SETTINGS, ...preData, ...postData].map((statement) => `${statement};\n`).join("\n");
  } finally {
    await engine.close();
  }
}

/** What the pull will change in a directory that is there already. */
async function showDifference({ session, source, directory, filter, masks, options }: Pull): Promise<void> {
  if (!existsSync(join(directory.path, "manifest.json"))) {
    session.people.say(`"${directory.label}" is new, so there is nothing to compare.`);
    return;
  }
  const live = { kind: "live", place: source } as const;
  await showDifferenceFirst(session, {
    source: await openEndpoint(source),
    target: await openAnyEndpoint({ kind: "directory", place: directory }, live),
    options: {
      ...rowDiffOptions({ ...options, tables: options.schema ?? [], filter }),
      ...withMasks(session, masks),
    },
    question: `Replace the rows in "${directory.label}"`,
    yes: options.yes === true,
  });
}

async function print({ session, source, directory, options }: Pull, result: Pulled): Promise<void> {
  const rows = "rows" in result ? result.rows : result.tables.reduce((sum, table) => sum + table.rows, 0);
  if (options.json === true) {
    await session.output.json({
      action: "pull",
      source: source.label,
      directory: directory.label,
      format: options.format,
      unchanged: result.unchanged,
      ...("roots" in result ? { dataset: options.dataset, roots: result.roots } : {}),
      rows,
      tables: result.tables,
    });
    return;
  }
  const tables = result.tables.length === 1 ? "1 table" : `${formatCount(result.tables.length)} tables`;
  const what = `${formatCount(rows)} ${rows === 1 ? "row" : "rows"} of ${tables}`;
  await session.output.line(
    result.unchanged
      ? `Nothing changed: ${directory.label} holds the same ${what}.`
      : `Pulled ${what} from ${source.label} into ${directory.label}.`,
  );
}
