import { CodedError } from "@syncline/core";
import { type ImportSqlResult, importSql, type SqlTenant } from "@syncline/engine";
import { openSqlImport, openSqlParser } from "../../endpoint-registry.ts";
import { patchFilesWithKeys } from "../../files/patch-files.ts";
import type { Place } from "../../place.ts";
import { DEFAULT_IMPORT, type ImportInput } from "./import-input.ts";
import type { ImportRun } from "./import-run.ts";
import type { ImportFile } from "./open-import.ts";

/** Runs an SQL file in one transaction, every statement judged first. */
export async function importSqlFile(
  { setting, input, target }: ImportRun,
  { path, identities }: Extract<ImportFile, { kind: "sql" }>,
): Promise<ImportSqlResult> {
  refuseRowChoices(input);
  const source = await patchFilesWithKeys({ recipients: [], identities }).open(path);
  const sqlTarget = openSqlImport(target, input.lockTimeoutMs);
  try {
    return await importSql({
      ctx: setting.context,
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
