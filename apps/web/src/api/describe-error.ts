import { isCodedError } from "@syncline/core";

export interface DescribedError {
  readonly code: string | null;
  readonly message: string;
  readonly hint: string | null;
  readonly requestId: string | null;
  /** Single faults of what was sent, by field. */
  readonly issues: readonly string[];
}

/** An error as people read it. Bugs of the page itself come out too. */
export function describeError(error: unknown): DescribedError {
  if (!isCodedError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: null, message, hint: "Load the page again.", requestId: null, issues: [] };
  }
  const { requestId, issues } = error.details;
  return {
    code: error.code,
    message: error.code === "connection.refused" ? "The server cannot be reached." : error.message,
    hint:
      error.code === "connection.refused"
        ? "It is tried again by itself; check that it runs."
        : (error.hint ?? null),
    requestId: typeof requestId === "string" ? requestId : null,
    issues: fieldIssues(issues).map(({ path, problem }) => (path === "" ? problem : `${path}: ${problem}`)),
  };
}

export interface FieldIssue {
  /** As `source` or `schedule.cron`; empty: the whole. */
  readonly path: string;
  readonly problem: string;
}

/** What the server said of single fields, for forms. */
export function issuesOf(error: unknown): readonly FieldIssue[] {
  return isCodedError(error) ? fieldIssues(error.details["issues"]) : [];
}

function fieldIssues(value: unknown): readonly FieldIssue[] {
  return Array.isArray(value) ? (value as readonly FieldIssue[]) : [];
}
