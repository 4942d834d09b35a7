import { CodedError } from "@syncline/core";

/** One thing wrong in a config file; never quotes a value that may be secret. */
export interface ConfigIssue {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  /** `servers.prod.port`; empty for the file as a whole. */
  readonly path: string;
  readonly problem: string;
}

export function formatIssue(file: string, issue: ConfigIssue): string {
  const about = issue.path === "" ? "" : `${issue.path}: `;
  return `${file}:${issue.line}:${issue.column}: ${about}${issue.problem}`;
}

/** All problems of a file as one `config.invalid`. */
export function configError(file: string, issues: readonly ConfigIssue[]): CodedError {
  const sorted = [...issues].sort((a, b) => a.line - b.line || a.column - b.column);
  const lines = sorted.map((issue) => formatIssue(file, issue));
  const message =
    lines.length === 1 ? (lines[0] ?? "") : [`${lines.length} problems in ${file}:`, ...lines].join("\n");
  return new CodedError("config.invalid", message, {
    hint: "`syncline config schema` prints the expected form; docs/reference/configuration.md explains each key.",
    details: { file, issues: sorted },
  });
}
