import { stat } from "node:fs/promises";
import { CodedError } from "@syncline/core";
import type { RowFiles } from "@syncline/engine";
import { parseVerifyKey, verifyFile } from "@syncline/snapshot-store/sealing";
import { openExportFile, openRowDirectory } from "../../endpoint-registry.ts";
import { readIdentities, readKeyText } from "../../files/file-keys.ts";
import type { OperationSetting } from "../contract.ts";
import { assertWholeFiles } from "../rows/whole-files.ts";
import type { ImportInput } from "./import-input.ts";

export type ImportFile =
  | { readonly kind: "rows"; readonly files: RowFiles }
  | { readonly kind: "sql"; readonly path: string; readonly identities: readonly string[] };

type Wanted = Pick<ImportInput, "file" | "identities" | "signers" | "edited">;

export interface OpenImportOptions {
  /** Whether rows that the file lacks could be deleted in the target. */
  readonly mayDelete: boolean;
  readonly say: (text: string) => void;
}

/** Opens what is to be imported: an export, a pulled directory or an SQL file. Its signature is checked first. */
export async function openImport(
  setting: OperationSetting,
  { file: { path, label }, identities: references, signers, edited }: Wanted,
  { mayDelete, say }: OpenImportOptions,
): Promise<ImportFile> {
  const found = await stat(path).catch(() => null);
  if (found === null)
    throw new CodedError("file.not_found", `There is no file "${label}".`, { hint: "Check the path." });
  if (found.isDirectory()) {
    if (signers.length > 0)
      throw new CodedError("usage.invalid", "A directory carries no signature.", {
        hint: "Leave out --verify-signer, or import a signed file.",
      });
    const files = await openRowDirectory({ path, label });
    await assertWholeFiles(setting, files, { mayDelete, edited });
    return { kind: "rows", files };
  }
  const places = { folder: setting.folder, environment: setting.workspace.environment };
  if (signers.length > 0) {
    const keys = [];
    for (const name of signers) keys.push(parseVerifyKey(await readKeyText(name, places), `"${name}"`));
    say(`Signed by ${(await verifyFile(path, keys)).join(", ")}.`);
  }
  const identities = await readIdentities(references, places);
  if (/\.sql(\.(gz|zst))?(\.age)?$/i.test(label)) return { kind: "sql", path, identities };
  const { signal } = setting.context;
  return { kind: "rows", files: await openExportFile({ path, label, identities, edited, signal }) };
}
