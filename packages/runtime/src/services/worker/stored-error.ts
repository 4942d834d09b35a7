import type { StoredError } from "@syncline/control-plane";
import { isCodedError } from "@syncline/core";

/** An error as it is kept with a run. What is not ours may quote statements and values, so it is named only. */
export function toStoredError(error: unknown): StoredError {
  if (isCodedError(error))
    return {
      code: error.code,
      message: error.message,
      hint: error.hint ?? null,
      retryable: error.retryable,
    };
  return {
    code: "internal",
    message: "Something failed that Syncline does not know; the log of the worker has its kind.",
    hint: null,
    retryable: false,
  };
}
