import { resolve } from "node:path";
import { findDataset } from "@syncline/config";
import { CodedError, type FilterDocument } from "@syncline/core";
import {
  type ExportPlan,
  type ExportResult,
  exportRows,
  type RowFilesWriter,
  RunMasks,
} from "@syncline/engine";
import {
  createExportFile,
  createRowDirectory,
  openEndpoint,
  type Place,
  resolvePlace,
} from "@syncline/runtime";
import { parseRecipients, parseSigningKey, readKeyText, signFile } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { formatCount } from "../../terminal/progress-text.ts";
import { readFilter } from "../diff/read-filter.ts";
import type { ExportCommandOptions } from "../export.ts";
import { leavesTablesOut, sessionMasks } from "../masks.ts";
import { sessionWorkspace } from "../places.ts";
import { assertRootOptions, rootSelection } from "../root-selection.ts";
import { assertEncryption } from "./assert-encryption.ts";
import { exportSql } from "./export-sql.ts";

export interface ExportArguments {
  readonly source: string;
  readonly options: ExportCommandOptions;
}

/** What an export is about, before anything is connected. */
export interface ExportJob {
  readonly session: Session;
  readonly source: Place;
  readonly options: ExportCommandOptions;
  /** Absolute. */
  readonly path: string;
  readonly dataset: ReturnType<typeof findDataset> | null;
  readonly filter: FilterDocument | null;
  readonly recipients: readonly string[];
}

export async function runExport(session: Session, wanted: ExportArguments): Promise<ExitReason> {
  const job = await planExport(session, wanted);
  const signer = await signingKey(job);
  if (job.options.format === "sql") await exportSql(job);
  else await print(job, await exportToFile(job));
  if (signer !== null) {
    const signature = await signFile(job.path, [signer], { overwrite: job.options.overwrite === true });
    session.people.say(`Signed: ${signature}`);
  }
  return "ok";
}

async function planExport(session: Session, { source, options }: ExportArguments): Promise<ExportJob> {
  const workspace = await sessionWorkspace(session);
  const place = await resolvePlace(workspace, source, session.context.signal);
  refuseContradictions(options);
  const recipients = await parseRecipients(options.recipient ?? []);
  await assertEncryption(workspace, place, {
    recipients,
    hint: "Add --recipient with an age public key, and a file name that ends in .age.",
    signal: session.context.signal,
  });
  return {
    session,
    source: place,
    options,
    path: resolve(session.workingFolder, options.output),
    dataset: options.dataset === undefined ? null : findDataset(workspace.config, options.dataset),
    filter: await readFilter(options.filter, session.workingFolder),
    recipients,
  };
}

function refuseContradictions(options: ExportCommandOptions): void {
  const { dataset, format, recipient, sign, schema } = options;
  assertRootOptions(options);
  if (dataset !== undefined && format === "sql")
    throw usage("A dataset cannot be written as SQL", "Use yaml, json, ndjson or csv.");
  if (dataset !== undefined && schema !== undefined)
    throw usage("--schema and --dataset contradict each other", "List the tables in the dataset.");
  if (format === "csv" && (recipient !== undefined || sign !== undefined))
    throw usage("A directory of CSV files is neither encrypted nor signed", "Use yaml, json or ndjson.");
}

function usage(what: string, hint: string): CodedError {
  return new CodedError("usage.invalid", `${what}.`, { hint });
}

async function signingKey({ session, options }: ExportJob) {
  if (options.sign === undefined) return null;
  const places = { folder: session.workingFolder, environment: session.environment };
  return parseSigningKey(await readKeyText(options.sign, places), `"${options.sign}"`);
}

async function exportToFile(job: ExportJob): Promise<ExportResult> {
  const { session, source, options, dataset, filter } = job;
  const partial = dataset !== null || leavesTablesOut(options.schema, { kind: "live", place: source });
  const masks = await sessionMasks(session, options.mask ?? dataset?.masks ?? undefined, partial);
  const run = masks === null ? null : new RunMasks(masks, session.context);
  const endpoint = await openEndpoint(source);
  try {
    return await exportRows({
      ctx: session.context,
      source: endpoint,
      tenant: source.tenant,
      dataset,
      selection: rootSelection(options, dataset === null ? null : filter),
      tablePatterns: options.schema ?? [],
      filter: dataset === null ? filter : null,
      fields: options.fields ?? null,
      masks: run === null ? null : (snapshot) => run.use(snapshot),
      openWriter: (plan) => openWriter(job, plan),
    });
  } finally {
    await endpoint.close();
  }
}

function openWriter(job: ExportJob, plan: ExportPlan): Promise<RowFilesWriter> {
  const { session, source, options, path, recipients } = job;
  const { format } = options;
  if (format === "sql") throw new TypeError("SQL is written elsewhere");
  const header = {
    createdAt: session.context.now().toISOString(),
    source: { locator: source.label, version: plan.version },
    scope: plan.scope,
    definitions: null,
  };
  const overwrite = options.overwrite === true;
  if (format === "csv")
    return createRowDirectory({
      place: { path, label: options.output },
      header: { ...header, format },
      tables: plan.tables.map(({ name }) => name),
      overwrite,
    });
  return createExportFile({
    path,
    overwrite,
    recipients,
    header: { ...header, format },
    tables: plan.tables,
  });
}

async function print({ session, source, options, dataset }: ExportJob, result: ExportResult): Promise<void> {
  const { rows, roots, tables } = result;
  if (options.json === true) {
    const about = { action: "export", source: source.label, file: options.output, format: options.format };
    await session.output.json({ ...about, dataset: dataset?.name ?? null, roots, rows, tables });
    return;
  }
  const what = dataset === null ? "" : ` for ${formatCount(roots ?? 0)} of ${dataset.root}`;
  await session.output.line(
    `Exported ${formatCount(rows)} rows of ${formatCount(tables.length)} tables${what} from ${source.label} into ${options.output}.`,
  );
}
