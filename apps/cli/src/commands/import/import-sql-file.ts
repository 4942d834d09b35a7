import { CodedError } from "@syncline/core";
import { importSql, type SqlTenant } from "@syncline/engine";
import { openSqlImport, openSqlParser, type Place } from "@syncline/runtime";
import { patchFilesWithKeys } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { formatCount } from "../../terminal/progress-text.ts";
import type { ImportCommandOptions } from "../import.ts";

export interface SqlImport {
  readonly session: Session;
  readonly target: Place;
  readonly label: string;
  readonly path: string;
  readonly identities: readonly string[];
  readonly options: ImportCommandOptions;
}

/** Runs an SQL file in one transaction, every statement judged first. */
export async function importSqlFile(wanted: SqlImport): Promise<ExitReason> {
  const { session, target, label, path, identities, options } = wanted;
  refuseRowOptions(options);
  const source = await patchFilesWithKeys({ recipients: [], identities }).open(path);
  const sqlTarget = openSqlImport(target, options.lockTimeout);
  try {
    const result = await importSql({
      ctx: session.context,
      chunks: source.open(),
      file: label,
      parser: openSqlParser(),
      target: sqlTarget,
      dryRun: options.dryRun === true,
      anySql: options.anySql === true,
      protection: target.protection,
      tenant: tenantOf(target),
    });
    if (options.json === true)
      await session.output.json({
        action: "import",
        source: label,
        target: target.label,
        format: "sql",
        ...result,
      });
    else {
      const how = result.outcome === "dry-run" ? "Dry run, rolled back: " : "";
      await session.output.line(
        `${how}${formatCount(result.rows)} rows and ${formatCount(result.statements)} statements of ${label} into ${target.label}.`,
      );
    }
    return "ok";
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

/** Options of this command that mean nothing for a file that is run, in the order of their help. */
const ROW_OPTIONS = [
  "merge",
  "mergeStrategy",
  "base",
  "replaceAll",
  "allow",
  "dataset",
  "edited",
  "mergeBy",
  "columnGroup",
  "renumber",
  "strict",
  "conflicts",
  "includeCascades",
  "allowDdl",
  "reason",
] as const satisfies readonly (keyof ImportCommandOptions)[];

function refuseRowOptions(options: ImportCommandOptions): void {
  const { onConflict, triggers } = options;
  const given =
    ROW_OPTIONS.find((name) => options[name] !== undefined && options[name] !== false) ??
    (onConflict === "manual" ? undefined : "onConflict") ??
    (triggers === "auto" ? undefined : "triggers");
  if (given === undefined) return;
  const option = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new CodedError("usage.invalid", `--${option} is not for SQL files.`, {
    hint: "An SQL file runs as it is; export as yaml, json or ndjson to merge rows.",
  });
}
