import { CodedError, type ErrorCode, isCodedError } from "@syncline/core";

interface Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** HTTP status of the answer, when there was one. */
export function statusOf(error: unknown): number | undefined {
  return (error as Failure | undefined)?.$metadata?.httpStatusCode;
}

const REFUSED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
const TIMED_OUT = new Set(["ETIMEDOUT", "TimeoutError"]);
const LOST = new Set(["ECONNRESET", "EPIPE", "aborted", "ERR_STREAM_PREMATURE_CLOSE"]);

/**
 * Errors of the SDK as ours. Its messages may quote requests, so they are not passed on, nor is the error itself: it
 * carries the request with its signature.
 */
export function s3Error(
  error: unknown,
  { key, store, verb }: { readonly key: string; readonly store: string; readonly verb: "read" | "write" },
): unknown {
  if (isCodedError(error)) return error;
  const { name, code } = error as Failure;
  const status = statusOf(error);
  if (name === "AbortError") return error;
  const say = (what: ErrorCode, problem: string, options: { hint?: string; retryable?: boolean } = {}) =>
    new CodedError(what, `Cannot ${verb} "${key}" in "${store}": ${problem}.`, options);
  const names = [code, name].filter((each): each is string => typeof each === "string");
  const any = (known: ReadonlySet<string>) => names.find((each) => known.has(each));
  if (any(REFUSED) !== undefined)
    return say("connection.refused", `the storage cannot be reached (${any(REFUSED)})`, { retryable: true });
  if (any(TIMED_OUT) !== undefined)
    return say("connection.timeout", "the storage does not answer", { retryable: true });
  if (any(LOST) !== undefined)
    return say("connection.lost", "the connection to the storage was lost", { retryable: true });
  if (name === "NoSuchBucket")
    return say("file.not_found", "there is no such bucket", { hint: "Make the bucket, or name another." });
  if (status === 404) return new CodedError("file.not_found", `There is no object "${key}".`);
  if (status === 401 || status === 403 || name === "CredentialsProviderError")
    return say("permission.denied", `the storage says ${String(name)}`, {
      hint: "Check the credentials and what they may do in this bucket.",
    });
  if (status === 507 || name === "QuotaExceeded")
    return say("file.io_failed", "the storage is full", { hint: "Free space there, or raise its quota." });
  const answer = status === undefined ? String(name) : `${String(name)} with status ${status}`;
  return say("file.io_failed", `the storage says ${answer}`, {
    retryable: status === undefined || status >= 500 || status === 429,
  });
}
