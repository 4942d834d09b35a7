import { CodedError } from "@syncline/core";

/** `readonly` is never written, `protected` needs its name as confirmation, `open` needs nothing. */
export type Protection = "readonly" | "protected" | "open";

export interface WriteIntent {
  /** Printed locator of the target. */
  readonly label: string;
  readonly protection: Protection;
  /** What has to be confirmed: the server's name in the config, or the host of a URL. */
  readonly confirmationName: string;
  /** What somebody typed or passed as confirmation, or null. */
  readonly confirmed: string | null;
  readonly dryRun: boolean;
}

/**
 * The last word before anything is written, on every path. A dry run on a protected target needs no confirmation: it is
 * rolled back; a readonly target refuses it too, because it takes locks and fires triggers.
 * @throws CodedError `target.readonly`, `target.protected`
 */
export function assertWritable({
  label,
  protection,
  confirmationName,
  confirmed,
  dryRun,
}: WriteIntent): void {
  if (protection === "readonly") {
    throw new CodedError("target.readonly", `The target "${label}" is read-only by configuration.`, {
      hint: "No option overrides this; the server's protection is set in syncline.yaml.",
      details: { target: label, protection },
    });
  }
  if (protection === "open" || dryRun || confirmed === confirmationName) return;
  throw new CodedError("target.protected", protectedMessage(label, confirmed, confirmationName), {
    hint: `Confirm the write with --confirm ${confirmationName}, or type the name when asked at a terminal; a job or a request says confirm: ${confirmationName}.`,
    details: { target: label, protection, confirm: confirmationName },
  });
}

function protectedMessage(label: string, confirmed: string | null, expected: string): string {
  const subject = `The target "${label}" is protected`;
  return confirmed === null
    ? `${subject}: the write was not confirmed.`
    : `${subject}: the confirmation names "${confirmed}", expected "${expected}".`;
}
