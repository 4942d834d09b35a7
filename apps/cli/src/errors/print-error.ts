import { type CodedError, isCodedError } from "@syncline/core";
import { redactText, redactUrls, redactUrlsIn } from "@syncline/observability/redact-text";
import { EXIT_CODES, exitCodeOf } from "../exit-codes.ts";
import type { Paint } from "../terminal/palette.ts";

/** An error as people and machines get it. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly exitCode: number;
}

export function reportError(error: unknown): ErrorReport {
  if (isCodedError(error)) return reportCoded(error);
  return {
    code: "internal",
    message: `Unexpected error: ${unexpectedText(error)}`,
    hint: "This is a defect of syncline; run again with --verbose for the stack and report it.",
    details: {},
    exitCode: EXIT_CODES.unexpected.code,
  };
}

/** A message may quote what somebody typed, and that may be a connection URL in the wrong place. */
function reportCoded(error: CodedError): ErrorReport {
  const { code, hint } = error;
  const details = redactUrlsIn(error.details) as ErrorReport["details"];
  // `host=… password=…` of libpq is no locator, yet somebody may try it.
  const message = code === "locator.invalid" ? redactText(error.message) : redactUrls(error.message);
  return {
    code,
    message,
    hint: hint === undefined ? null : redactUrls(hint),
    details,
    exitCode: exitCodeOf(code),
  };
}

/** Foreign messages may carry row values (drivers) or secrets, so only the kind of the error is told. */
function unexpectedText(error: unknown): string {
  if (!(error instanceof Error)) return "something that is not an error was thrown";
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? `${error.name} (${code})` : `${error.name}: ${ownMessage(error)}`;
}

/** Language errors come from our own code and name identifiers, never data. */
function ownMessage(error: Error): string {
  const ours = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  return ours ? error.message : "its text is withheld because it could hold row values";
}

/** `error: what`, then what to do next. */
export function formatError(report: ErrorReport, paint: Paint): string {
  const first = `${paint("red", "error:")} ${report.message}`;
  return report.hint === null ? first : `${first}\n${paint("cyan", "hint:")} ${report.hint}`;
}

export function errorDocument(report: ErrorReport): string {
  const { code, message, hint, details, exitCode } = report;
  return JSON.stringify({ error: { code, message, hint, details, exit_code: exitCode } });
}
