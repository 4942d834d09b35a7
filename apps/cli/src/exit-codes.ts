import type { ErrorCode } from "@syncline/core";

/** The one table of exit codes: `--help`, the documentation and every command take them from here. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: "done; also differences found without --exit-code" },
  differences: { code: 1, meaning: "differences found (diff --exit-code)" },
  usage: { code: 2, meaning: "wrong usage, configuration or confirmation missing" },
  partial: { code: 3, meaning: "only a part was done, such as a comparison cut short by a limit" },
  permission: { code: 4, meaning: "permission or approval missing" },
  connection: { code: 5, meaning: "cannot connect, or the connection was lost" },
  conflict: { code: 6, meaning: "the target drifted, or conflicts" },
  refused: { code: 7, meaning: "a safety limit, or a protected or read-only target" },
  incompatible: { code: 8, meaning: "tables or schemas do not fit together" },
  damaged: { code: 9, meaning: "a file is damaged or of an unsupported kind" },
  notFound: { code: 10, meaning: "a server, tenant, table, column, patch or file was not found" },
  locked: { code: 11, meaning: "somebody else holds a lock" },
  key: { code: 12, meaning: "wrong key or signature" },
  io: { code: 13, meaning: "reading or writing a local file failed, such as a full disk" },
  unexpected: { code: 20, meaning: "an unexpected error" },
  interrupted: { code: 130, meaning: "interrupted" },
} as const;

export type ExitReason = keyof typeof EXIT_CODES;

/** Total: an error code that is not mapped does not compile. */
export const EXIT_REASONS: Readonly<Record<ErrorCode, ExitReason>> = {
  "usage.invalid": "usage",
  "usage.confirmation_required": "usage",
  "config.not_found": "usage",
  "config.invalid": "usage",
  "config.secret_unavailable": "usage",
  "locator.invalid": "usage",
  "filter.invalid": "usage",
  "server.not_found": "notFound",
  "tenant.not_found": "notFound",
  "table.not_found": "notFound",
  "column.not_found": "notFound",
  "patch.not_found": "notFound",
  "file.not_found": "notFound",
  "file.exists": "usage",
  "file.damaged": "damaged",
  "file.unsupported": "damaged",
  "file.io_failed": "io",
  "connection.refused": "connection",
  "connection.timeout": "connection",
  "connection.authentication_failed": "connection",
  "connection.tls_failed": "connection",
  "connection.lost": "connection",
  "connection.pooled": "connection",
  "permission.denied": "permission",
  "permission.rows_hidden": "permission",
  "key.not_unique": "incompatible",
  "key.missing": "incompatible",
  "schema.mismatch": "incompatible",
  "schema.unsupported": "incompatible",
  "schema.changed": "incompatible",
  "target.readonly": "refused",
  "target.protected": "refused",
  "target.locked": "locked",
  "target.mismatch": "incompatible",
  "patch.incomplete": "refused",
  "patch.conflicts": "conflict",
  "patch.precondition_failed": "conflict",
  "patch.constraint_violated": "conflict",
  "patch.outcome_unknown": "connection",
  "patch.already_undone": "conflict",
  "reach.refused": "refused",
  "order.unresolvable": "incompatible",
  "trigger.rewrites": "incompatible",
  "flow.refused": "refused",
  "scope.exceeded": "refused",
  "reference.missing": "conflict",
  "merge.conflicts": "conflict",
  "renumber.required": "incompatible",
  "transfer.partial": "partial",
  "dataset.not_found": "notFound",
  "mask.invalid": "usage",
  "encryption.required": "refused",
  "encryption.wrong_key": "key",
  "signature.invalid": "key",
  "sql.refused": "refused",
  "limit.exceeded": "refused",
  interrupted: "interrupted",
  internal: "unexpected",
};

export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[EXIT_REASONS[code]].code;
}

export function formatExitCodes(): string {
  const lines = Object.values(EXIT_CODES).map(
    ({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`,
  );
  return ["Exit codes:", ...lines].join("\n");
}
