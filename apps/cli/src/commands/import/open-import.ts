import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { CodedError } from "@syncline/core";
import type { RowFiles } from "@syncline/engine";
import { openExportFile, openRowDirectory } from "@syncline/runtime";
import { parseVerifyKey, readIdentities, readKeyText, verifyFile } from "@syncline/runtime/files";
import type { Session } from "../../session.ts";
import type { ImportCommandOptions } from "../import.ts";
import { assertWholeFiles } from "../write/whole-files.ts";

export type ImportFile =
  | { readonly kind: "rows"; readonly files: RowFiles }
  | { readonly kind: "sql"; readonly path: string; readonly identities: readonly string[] };

/** Opens what is to be imported: an export, a pulled directory or an SQL file. Its signature is checked first. */
export async function openImport(
  session: Session,
  file: string,
  options: ImportCommandOptions,
  { mayDelete }: { readonly mayDelete: boolean },
): Promise<ImportFile> {
  const path = resolve(session.workingFolder, file);
  const places = { folder: session.workingFolder, environment: session.environment };
  const found = await stat(path).catch(() => null);
  if (found === null)
    throw new CodedError("file.not_found", `There is no file "${file}".`, { hint: "Check the path." });
  if (found.isDirectory()) {
    if (options.verifySigner !== undefined)
      throw new CodedError("usage.invalid", "A directory carries no signature.", {
        hint: "Leave out --verify-signer, or import a signed file.",
      });
    const files = await openRowDirectory({ path, label: file });
    await assertWholeFiles(session, files, { mayDelete, edited: options.edited === true });
    return { kind: "rows", files };
  }
  if (options.verifySigner !== undefined) {
    const keys = [];
    for (const name of options.verifySigner)
      keys.push(parseVerifyKey(await readKeyText(name, places), `"${name}"`));
    const signers = await verifyFile(path, keys);
    session.people.say(`Signed by ${signers.join(", ")}.`);
  }
  const identities = await readIdentities(options.identity ?? [], places);
  if (/\.sql(\.(gz|zst))?(\.age)?$/i.test(file)) return { kind: "sql", path, identities };
  const edited = options.edited === true;
  const { signal } = session.context;
  return { kind: "rows", files: await openExportFile({ path, label: file, identities, edited, signal }) };
}
