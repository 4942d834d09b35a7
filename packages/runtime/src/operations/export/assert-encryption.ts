import { requiresEncryption } from "@syncline/config";
import { CodedError } from "@syncline/core";
import type { Place } from "../../place.ts";
import type { Workspace } from "../../workspace.ts";

export interface PlainRows {
  readonly recipients: readonly string[];
  /** What to do where encryption is demanded. */
  readonly hint: string;
  readonly signal: AbortSignal;
}

/**
 * Rows of some places may lie in files only when those are encrypted, however the place was named.
 * @throws CodedError `encryption.required`
 */
export async function assertEncryption(
  { config, environment: env }: Workspace,
  { scope, server, label }: Place,
  { recipients, hint, signal }: PlainRows,
): Promise<void> {
  const { host, port, database } = scope.connection;
  const options = { env, signal, explicitServer: server };
  if (recipients.length > 0 || !(await requiresEncryption(config, { host, port, database }, options))) return;
  throw new CodedError("encryption.required", `Exports of "${label}" must be encrypted.`, { hint });
}
