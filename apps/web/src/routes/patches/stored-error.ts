import type { RunAnswer } from "@syncline/api";
import { CodedError, ERROR_CODES, type ErrorCode } from "@syncline/core";

const KNOWN: ReadonlySet<string> = new Set(ERROR_CODES);

/** The error of a run that ended, as errors of calls are shown. */
export function storedError({ code, message, hint }: NonNullable<RunAnswer["error"]>): CodedError {
  return new CodedError(KNOWN.has(code) ? (code as ErrorCode) : "remote.failed", message, {
    ...(hint === null ? {} : { hint }),
  });
}
