import { type Command, Option } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { maskOption } from "./mask-option.ts";
import { collect, collectList, parsePositiveCount } from "./option-values.ts";
import { addRootOptions, type RootOptions } from "./root-selection.ts";

const EXPORT_FORMATS = ["yaml", "json", "ndjson", "csv", "sql"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportCommandOptions extends RootOptions {
  readonly output: string;
  readonly format: ExportFormat;
  readonly filter?: string;
  readonly schema?: readonly string[];
  readonly fields?: readonly string[];
  readonly mask?: string;
  readonly recipient?: readonly string[];
  readonly sign?: string;
  readonly overwrite?: boolean;
  readonly database?: boolean;
  readonly inserts?: boolean;
  readonly parallel: number;
  readonly json?: boolean;
}

type GivenOptions = Omit<ExportCommandOptions, "format"> & { readonly format?: ExportFormat };

export function defineExport(program: Command, act: Act): void {
  const command = program
    .command("export")
    .summary("write a dataset, tables or a whole database into one file")
    .description(
      "Writes rows of one instant into a file: those of a dataset's roots with everything that belongs to them and what " +
        "they refer to, or whole tables. Files end in .gz or .zst to be compressed, in .age to be encrypted.",
    )
    .argument("<source>", "where the rows are")
    .requiredOption("-o, --output <file>", "where they go; a directory for csv")
    .option("--dataset <name>", "the rows of this dataset of the config")
    .addOption(
      new Option(
        "--format <format>",
        "form of the rows (default: as the file is called, else ndjson)",
      ).choices(EXPORT_FORMATS),
    );
  addRootOptions(command)
    .option(
      "--filter <json>",
      'only matching rows; with --dataset only matching roots: {"where":{"status":"active"}}, or @file',
    )
    .option("-s, --schema <table>", "only tables of this name, * as wildcard; repeatable", collect)
    .option("--fields <names>", "only these columns and the keys (a,b)", collectList)
    .addOption(maskOption())
    .option("--recipient <key>", "encrypt to this age public key (age1…); repeatable", collect)
    .option(
      "--sign <key>",
      "sign the file with this Ed25519 private key (PEM file or env:NAME) into FILE.sig",
    )
    .option("--inserts", "with sql: rows as INSERT statements, not as COPY blocks")
    .option("--database", "with sql: the whole database, not only the tenant's schema")
    .option("--overwrite", "replace the file when it exists")
    .option("--parallel <n>", "with sql: tables read at the same time", parsePositiveCount, 2)
    .option("--json", "print the result as JSON")
    .action(
      act(async (session, source: string, given: GivenOptions) => {
        const { runExport } = await import("./export/run-export.ts");
        const { formatBySuffix } = await import("@syncline/runtime/operations");
        const options = { ...given, format: given.format ?? formatBySuffix(given.output) };
        return runExport(session, { source, options });
      }),
    );
  withExamples(command, [
    [
      "syncline export 'prod:public:*' --dataset accounts --email @example.com --output accounts.yaml",
      "some accounts with their identities and groups",
    ],
    [
      "syncline export 'prod:public:*' --database --output prod.sql.zst.age --recipient age1…",
      "definitions and rows for psql, compressed and encrypted",
    ],
  ]);
}
