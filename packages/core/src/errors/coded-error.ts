import type { ErrorCode } from "./error-codes.ts";

export interface CodedErrorOptions {
  /** What to do next, as one sentence. */
  readonly hint?: string;
  /** Facts for machines: names and counts, never row values, SQL parameters or connection strings. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/**
 * An error at a boundary of ours. The message says what failed, about which quoted object, expected against found.
 * It never carries row values, SQL parameters or connection strings.
 */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: CodedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CodedError";
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
    this.retryable = options.retryable ?? false;
  }
}

export function isCodedError(error: unknown): error is CodedError {
  return error instanceof CodedError;
}
