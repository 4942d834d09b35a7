import { PROBLEM_TYPE, type Problem } from "@syncline/api";
import { CodedError, type ErrorCode, isCodedError } from "@syncline/core";
import { redactUrls } from "@syncline/observability";
import { HTTPException } from "hono/http-exception";
import { HTTP_STATUSES } from "../http-status.ts";

/** What a client sees of an error. An error that is not ours says nothing but its request id. */
export function toProblem(error: unknown, requestId: string): Problem {
  const known = isCodedError(error) ? error : translate(error);
  const status = HTTP_STATUSES[known.code];
  const { issues } = known.details as { readonly issues?: Problem["issues"] };
  return {
    type: `urn:syncline:error:${known.code}`,
    title: titleOf(known.code),
    status,
    code: known.code,
    detail: known.code === "internal" ? INTERNAL : redactUrls(known.message),
    ...(known.hint === undefined || known.code === "internal" ? {} : { hint: redactUrls(known.hint) }),
    retryable: known.retryable,
    requestId,
    ...(Array.isArray(issues) && known.code === "request.invalid" ? { issues } : {}),
  };
}

const INTERNAL = "Something unexpected failed; the log has it under this request id.";

/** What the framework throws by itself. */
function translate(error: unknown): CodedError {
  if (!(error instanceof HTTPException)) return new CodedError("internal", INTERNAL);
  const codes: Readonly<Record<number, ErrorCode>> = {
    401: "auth.required",
    403: "auth.denied",
    404: "resource.not_found",
    405: "request.method_not_allowed",
    408: "request.timeout",
    413: "request.too_large",
    415: "request.unsupported_media",
  };
  return new CodedError(codes[error.status] ?? "request.invalid", "The request cannot be read.");
}

/** `request.too_large` → `Request too large`. */
function titleOf(code: string): string {
  const words = code.split(/[._]/).join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function problemResponse(error: unknown, requestId: string): Response {
  const problem = toProblem(error, requestId);
  const retryAfter = isCodedError(error) ? error.details["retryAfterSeconds"] : undefined;
  const allow = isCodedError(error) ? error.details["allow"] : undefined;
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      "Content-Type": PROBLEM_TYPE,
      "Cache-Control": "no-store",
      ...(problem.status === 401 ? { "WWW-Authenticate": "Bearer" } : {}),
      ...(typeof retryAfter === "number" ? { "Retry-After": String(Math.ceil(retryAfter)) } : {}),
      ...(typeof allow === "string" ? { Allow: allow } : {}),
    },
  });
}
