import { CodedError } from "@syncline/core";
import { type ImportSqlResult, importSql, type SqlTenant } from "@syncline/engine";
import { openSqlImport, openSqlParser, openTarget } from "../../endpoint-registry.ts";
import { patchFilesWithKeys } from "../../files/patch-files.ts";
import type { Place } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";
import { DEFAULT_IMPORT, type ImportInput } from "./import-input.ts";
import type { ImportRun } from "./import-run.ts";
import type { ImportFile } from "./open-import.ts";

/** Runs an SQL file in one transaction, every statement judged first. */
export async function importSqlFile(
  { setting, input, target }: ImportRun,
  { path, identities }: Extract<ImportFile, { kind: "sql" }>,
): Promise<ImportSqlResult> {
  refuseRowChoices(input);
  const name = nameOf(setting, input);
  const before = name === null ? null : await importOfThen(setting, target, name.id);
  if (before !== null) return before;
  const source = await patchFilesWithKeys({ recipients: [], identities }).open(path);
  const sqlTarget = openSqlImport(target, input.lockTimeoutMs);
  try {
    return await importSql({
      ctx: setting.context,
      name,
      reached: setting.reached,
      chunks: source.open(),
      file: input.file.label,
      parser: openSqlParser(),
      target: sqlTarget,
      dryRun: input.dryRun,
      anySql: input.anySql,
      protection: target.protection,
      tenant: tenantOf(target),
    });
  } finally {
    await sqlTarget.close();
  }
}

function nameOf({ applicationId, fence, context }: OperationSetting, input: ImportInput) {
  if (applicationId === null || input.dryRun) return null;
  return { id: applicationId, fence, source: input.file.label, actor: context.actor };
}

/** An import of before under the same name, with its numbers of then. */
async function importOfThen(
  { context }: OperationSetting,
  place: Place,
  id: string,
): Promise<ImportSqlResult | null> {
  const target = await openTarget(place, context.signal);
  try {
    const entry = await target.findApplication(id);
    if (entry === null) return null;
    const tables = entry.tables.map(({ name, inserted }) => ({ name, rows: inserted }));
    return {
      outcome: "imported",
      receipt: entry.receipt,
      tables,
      rows: entry.counts.inserted,
      statements: 0,
    };
  } finally {
    await target.close();
  }
}

function tenantOf({ scope, tables }: Place): SqlTenant {
  const { schema, tenantColumn } = scope;
  const named = tables.kind === "named" ? tables.names : null;
  return {
    schema,
    tables: named?.map((table) => ({ schema: table.schema ?? schema, name: table.name })) ?? null,
    shared: tenantColumn !== null,
  };
}

/** Choices that mean nothing for a file that is run, and what they are called. */
const ROW_CHOICES = {
  strategy: "merge-strategy",
  base: "base",
  replaceAll: "replace-all",
  allow: "allow",
  dataset: "dataset",
  edited: "edited",
  mergeBy: "merge-by",
  renumber: "renumber",
  strict: "strict",
  includeCascades: "include-cascades",
  allowDdl: "allow-ddl",
  reason: "reason",
  onConflict: "on-conflict",
  triggers: "triggers",
} as const satisfies Partial<Record<keyof ImportInput, string>>;

function refuseRowChoices(input: ImportInput): void {
  for (const [choice, name] of Object.entries(ROW_CHOICES) as [keyof typeof ROW_CHOICES, string][])
    if (input[choice] !== DEFAULT_IMPORT[choice]) throw notForSql(name);
  if (input.groups.size > 0) throw notForSql("column-group");
}

/** What an option for rows is told when the file is SQL. */
export function notForSql(option: string): CodedError {
  return new CodedError("usage.invalid", `--${option} is not for SQL files.`, {
    hint: "An SQL file runs as it is; export as yaml, json or ndjson to merge rows.",
  });
}
