import { CodedError, ERROR_CODES, type ErrorCode, isCodedError } from "@syncline/core";
import { PROBLEM_TYPE, problemSchema } from "../contract/schemas.ts";

const KNOWN: ReadonlySet<string> = new Set(ERROR_CODES);
const MAX_TEXT = 2000;

/** The error that a server answered with. One that is no problem document is `remote.failed`. */
export async function errorOf(response: Response, server: string): Promise<CodedError> {
  const type = response.headers.get("content-type") ?? "";
  const problem = type.startsWith(PROBLEM_TYPE) ? await readProblem(response) : null;
  const details = {
    server,
    status: response.status,
    retryAfterSeconds: Number(response.headers.get("retry-after")) || undefined,
  };
  if (problem === null) {
    await response.body?.cancel().catch(() => {});
    return new CodedError("remote.failed", `"${server}" answered with status ${response.status}.`, {
      hint: "Check that the address is that of a Syncline server.",
      retryable: RETRYABLE_STATUSES.has(response.status),
      details,
    });
  }
  const { code, detail, hint, retryable, requestId, issues } = problem;
  return new CodedError(KNOWN.has(code) ? (code as ErrorCode) : "remote.failed", detail.slice(0, MAX_TEXT), {
    ...(hint === undefined ? {} : { hint: hint.slice(0, MAX_TEXT) }),
    retryable,
    details: { ...details, requestId, ...(issues === undefined ? {} : { issues }) },
  });
}

/** Of proxies before a server that restarts. */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

async function readProblem(response: Response) {
  const body: unknown = await response.json().catch(() => null);
  // A newer server may know codes that we do not.
  const parsed = problemSchema.extend({ code: problemSchema.shape.type }).safeParse(body);
  return parsed.success ? parsed.data : null;
}

/** What `fetch` threw; one that was given may know better what it was. */
export function unreachable(error: unknown, server: string): CodedError {
  if (isCodedError(error)) return error;
  return new CodedError("connection.refused", `"${server}" cannot be reached.`, {
    hint: "Check that it runs and that the address is right.",
    retryable: true,
    details: { server },
    cause: error,
  });
}
