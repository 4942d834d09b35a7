import type { PatchFiles } from "@syncline/engine";
import { parseRecipients, patchFilesWithKeys, readIdentities } from "@syncline/runtime/files";
import type { Session } from "../../session.ts";
import type { PatchKeyOptions } from "./key-options.ts";

/** Patch files as this command opens and writes them. @throws CodedError for keys that cannot be read */
export async function patchFilesOf(
  { workingFolder: folder, environment }: Session,
  { identity = [], recipient = [] }: PatchKeyOptions,
): Promise<PatchFiles> {
  return patchFilesWithKeys({
    recipients: await parseRecipients(recipient),
    identities: await readIdentities(identity, { folder, environment }),
  });
}
