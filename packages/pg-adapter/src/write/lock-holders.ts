import { CodedError } from "@syncline/core";
import type { ApplySession } from "./apply-session.ts";

/** Whoever holds a lock that a patch waits for: row locks of the fence, strong locks of the tables. */
const QUERY = `SELECT DISTINCT l.pid, COALESCE(NULLIF(a.application_name, ''), '?') AS application,
  n.nspname || '.' || c.relname AS relation
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) l.pid
WHERE l.granted AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
  AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
  AND ((n.nspname OPERATOR(pg_catalog.=) 'syncline' AND c.relname OPERATOR(pg_catalog.=) 'target' AND l.mode OPERATOR(pg_catalog.=) 'RowShareLock')
    OR (n.nspname || '.' || c.relname OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.text[])
      AND l.mode OPERATOR(pg_catalog.=) ANY ('{RowExclusiveLock,ShareLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'::pg_catalog.text[])))
ORDER BY 1, 3 LIMIT 5`;

/** Adds to a lock timeout who is in the way, as far as can be seen. After a rollback. */
export async function nameHolders(
  session: ApplySession,
  error: CodedError,
  label: string,
  tables: readonly string[],
): Promise<CodedError> {
  if (error.details["sqlState"] !== "55P03" || session.lost) return error;
  const { rows } = await session.client
    .query<{ pid: string; application: string; relation: string }>(QUERY, [tables])
    .catch(() => ({ rows: [] }));
  const holders = rows.map(
    ({ pid, application, relation }) => `process ${pid} ("${application}") holds ${relation}`,
  );
  const applying = rows.some((row) => row.relation === "syncline.target");
  const what = applying ? "somebody else is applying a patch to it" : "a lock was not granted in time";
  return new CodedError(
    "target.locked",
    `"${label}" is locked: ${what}${holders.length === 0 ? "" : ` (${holders.join("; ")})`}.`,
    {
      hint: "Try again, or wait longer with --lock-timeout.",
      retryable: true,
      details: { sqlState: "55P03", holders: rows },
      cause: error,
    },
  );
}
