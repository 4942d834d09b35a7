import { redactText } from "./redact-text.ts";

/** What a log line says of an error. Other own fields (driver parameters, details, row values) never appear. */
export interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
  readonly retryable?: boolean;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

const MAX_CAUSES = 5;

/**
 * Serialises code, message, hint and causes of an error. Of a database's error, and of any cause that is not ours
 * (no dotted code), only name and code are kept: a driver's message may quote a row or a parameter.
 */
export function serializeError(error: unknown, options: { readonly stack?: boolean } = {}): LoggedError {
  return serialize(error, { stack: options.stack ?? true, depth: 0 });
}

function serialize(
  error: unknown,
  { stack, depth }: { readonly stack: boolean; readonly depth: number },
): LoggedError {
  if (!(error instanceof Error))
    return { name: "NonError", message: `a thrown ${error === null ? "null" : typeof error}` };
  const fields = error as Error & {
    readonly code?: unknown;
    readonly hint?: unknown;
    readonly retryable?: unknown;
  };
  const ours = typeof fields.code === "string" && fields.code.includes(".");
  const mayQuoteRows = !ours && (depth > 0 || isSqlState(fields.code));
  const withCause = error.cause !== undefined && depth < MAX_CAUSES;
  return {
    name: error.name,
    message: mayQuoteRows ? "(not shown)" : redactText(error.message),
    ...(typeof fields.code === "string" ? { code: fields.code } : {}),
    ...(ours && typeof fields.hint === "string" ? { hint: redactText(fields.hint) } : {}),
    ...(typeof fields.retryable === "boolean" ? { retryable: fields.retryable } : {}),
    ...(stack ? { stack: stackFrames(error) } : {}),
    ...(withCause ? { cause: serialize(error.cause, { stack, depth: depth + 1 }) } : {}),
  };
}

function isSqlState(code: unknown): boolean {
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code);
}

/** Only the frames: the head of `stack` repeats the message. */
function stackFrames(error: Error): string {
  return (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}
