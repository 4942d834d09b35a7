import { findDataset } from "@syncline/config";
import { parseRecipients, parseSigningKey, signFile } from "@syncline/snapshot-store/sealing";
import { readKeyText } from "../../files/file-keys.ts";
import { resolvePlace } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";
import { NOTHING_MOVED } from "../copy/load-summary.ts";
import { assertEncryption } from "./assert-encryption.ts";
import type { ExportHooks, ExportInput, ExportMethod, ExportReport } from "./export-input.ts";
import { exportRows } from "./export-rows.ts";
import type { ExportRun } from "./export-run.ts";
import { exportSql } from "./export-sql.ts";
import { refuseContradictions } from "./refuse-contradictions.ts";

/**
 * Writes rows of one instant into a file, which appears whole or not at all.
 * @throws CodedError when it cannot be done; nothing is left then
 */
export async function runExport(
  setting: OperationSetting,
  input: ExportInput,
  hooks: ExportHooks = {},
): Promise<ExportReport> {
  const notes: string[] = [];
  const say = hooks.say ?? ((text: string) => void notes.push(text));
  const run = await planExport(setting, input);
  const signer = await signingKey(run);
  const method = await write(run);
  const { output } = input;
  if (signer !== null && output.kind === "file") {
    const { place, overwrite } = output;
    say(`Signed: ${await signFile(place.path, [signer], { overwrite })}`);
  }
  return { ...summary(method), ...fileOf(input), source: run.source.label, method, notes };
}

async function planExport(setting: OperationSetting, input: ExportInput): Promise<ExportRun> {
  const { workspace, context } = setting;
  const source = await resolvePlace(workspace, input.source, context.signal);
  refuseContradictions(input);
  const recipients = await parseRecipients(input.recipients);
  await assertEncryption(workspace, source, {
    recipients,
    hint: "Add --recipient with an age public key, and a file name that ends in .age.",
    signal: context.signal,
  });
  const dataset = input.dataset === null ? null : findDataset(workspace.config, input.dataset);
  return { setting, input, source, dataset, recipients };
}

async function signingKey({ setting, input }: ExportRun) {
  if (input.sign === null) return null;
  const places = { folder: setting.folder, environment: setting.workspace.environment };
  return parseSigningKey(await readKeyText(input.sign, places), `"${input.sign}"`);
}

async function write(run: ExportRun): Promise<ExportMethod> {
  if (run.input.format === "sql") return { kind: "sql", result: await exportSql(run) };
  const { dataset } = run;
  const named = dataset === null ? null : { name: dataset.name, root: dataset.root };
  return { kind: "rows", result: await exportRows(run), dataset: named };
}

function summary({ result }: ExportMethod) {
  const tables: readonly { readonly name: string; readonly rows: number; readonly bytes?: number }[] =
    result.tables;
  return {
    ...NOTHING_MOVED,
    counts: { ...NOTHING_MOVED.counts, unchanged: result.rows },
    tables: tables.map(({ name, rows }) => ({ name, unchanged: rows })),
    bytes: tables.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
  };
}

function fileOf({ output }: ExportInput) {
  return { files: output.kind === "file" ? [output.place.label] : [] };
}
