import {
  type ExportPlan,
  type ExportResult,
  exportRows as exportTables,
  type RowFilesWriter,
  RunMasks,
} from "@syncline/engine";
import {
  createExportFile,
  createExportInto,
  createRowDirectory,
  openEndpoint,
} from "../../endpoint-registry.ts";
import { leavesTablesOut, masksOf } from "../rows/masks.ts";
import type { ExportRun } from "./export-run.ts";
import { notStreamed } from "./refuse-contradictions.ts";

/** Rows of a dataset, or of tables, in one form. */
export async function exportRows(run: ExportRun): Promise<ExportResult> {
  const { setting, source, input, dataset } = run;
  const partial = dataset !== null || leavesTablesOut(input.tables, { kind: "live", place: source });
  const masks = await masksOf(setting, input.mask ?? dataset?.masks ?? null, partial);
  const masked = masks === null ? null : new RunMasks(masks, setting.context);
  const endpoint = await openEndpoint(source);
  try {
    return await exportTables({
      ctx: setting.context,
      source: endpoint,
      tenant: source.tenant,
      dataset,
      selection: {
        filters: input.roots,
        where: dataset === null ? null : (input.filter?.where ?? null),
        keys: null,
      },
      tablePatterns: input.tables,
      filter: dataset === null ? input.filter : null,
      fields: input.fields,
      masks: masked === null ? null : (snapshot) => masked.use(snapshot),
      openWriter: (plan) => openWriter(run, plan),
    });
  } finally {
    await endpoint.close();
  }
}

function openWriter(
  { setting, source, input, recipients }: ExportRun,
  plan: ExportPlan,
): Promise<RowFilesWriter> {
  const { format, output } = input;
  if (format === "sql") throw new TypeError("SQL is written elsewhere");
  const header = {
    createdAt: setting.context.now().toISOString(),
    source: { locator: source.label, version: plan.version },
    scope: plan.scope,
    definitions: null,
  };
  if (format === "csv") {
    if (output.kind === "sink") throw notStreamed();
    return createRowDirectory({
      place: output.place,
      header: { ...header, format },
      tables: plan.tables.map(({ name }) => name),
      overwrite: output.overwrite,
    });
  }
  const file = { header: { ...header, format }, tables: plan.tables };
  if (output.kind === "sink") return createExportInto({ sink: output.sink, ...file });
  const { place, overwrite } = output;
  return createExportFile({ path: place.path, overwrite, recipients, ...file });
}
