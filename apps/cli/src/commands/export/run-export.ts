import { resolve } from "node:path";
import { type ExportInput, type ExportReport, runExport as exportFile } from "@syncline/runtime/operations";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { formatCount } from "../../terminal/progress-text.ts";
import { readFilter } from "../diff/read-filter.ts";
import type { ExportCommandOptions } from "../export.ts";
import { operationSetting } from "../operation-setting.ts";
import { rootFilters } from "../root-selection.ts";

export interface ExportArguments {
  readonly source: string;
  readonly options: ExportCommandOptions;
}

export async function runExport(session: Session, wanted: ExportArguments): Promise<ExitReason> {
  const setting = await operationSetting(session);
  const input = await exportInput(session, wanted);
  const signed: string[] = [];
  const report = await exportFile(setting, input, { say: (text) => void signed.push(text) });
  await print(session, report, wanted.options);
  for (const text of signed) session.people.say(text);
  return "ok";
}

async function exportInput(
  { workingFolder }: Session,
  { source, options }: ExportArguments,
): Promise<ExportInput> {
  return {
    source,
    output: {
      kind: "file",
      place: { label: options.output, path: resolve(workingFolder, options.output) },
      overwrite: options.overwrite === true,
    },
    format: options.format,
    dataset: options.dataset ?? null,
    roots: rootFilters(options),
    filter: await readFilter(options.filter, workingFolder),
    tables: options.schema ?? [],
    fields: options.fields ?? null,
    mask: options.mask ?? null,
    recipients: options.recipient ?? [],
    sign: options.sign ?? null,
    database: options.database === true,
    inserts: options.inserts === true,
    parallel: options.parallel,
  };
}

async function print(
  { output }: Session,
  { source, method }: ExportReport,
  options: ExportCommandOptions,
): Promise<void> {
  const { result } = method;
  const about = { action: "export", source, file: options.output, format: options.format };
  if (options.json === true) {
    if (method.kind === "sql") return output.json({ ...about, ...method.result });
    const { roots, rows, tables } = method.result;
    return output.json({ ...about, dataset: method.dataset?.name ?? null, roots, rows, tables });
  }
  const what =
    method.kind === "sql" || method.dataset === null
      ? ""
      : ` for ${formatCount(method.result.roots ?? 0)} of ${method.dataset.root}`;
  await output.line(
    `Exported ${formatCount(result.rows)} rows of ${formatCount(result.tables.length)} tables${what} from ${source} into ${options.output}.`,
  );
}
