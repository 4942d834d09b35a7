import { CodedError, type ErrorCode, isCodedError } from "@syncline/core";

interface DriverError extends Error {
  readonly code?: string;
  readonly table?: string;
  readonly schema?: string;
  readonly column?: string;
  readonly constraint?: string;
}

interface Translation {
  readonly code: ErrorCode;
  readonly retryable?: boolean;
  readonly hint?: string;
}

/** SQLSTATE (five characters or a class of two) and Node's own codes. Never judged by message text. */
const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  ECONNREFUSED: {
    code: "connection.refused",
    hint: "Check that the server runs and that host and port are right.",
  },
  ENOTFOUND: { code: "connection.refused", hint: "Check the host name." },
  EAI_AGAIN: { code: "connection.refused", hint: "Check the host name and the name service." },
  EHOSTUNREACH: { code: "connection.refused" },
  ENETUNREACH: { code: "connection.refused" },
  ETIMEDOUT: { code: "connection.timeout" },
  ECONNRESET: { code: "connection.lost", retryable: true },
  EPIPE: { code: "connection.lost", retryable: true },
  "08": { code: "connection.lost", retryable: true },
  // Our protocol is right, so this is a pooler's own refusal, as after its query_wait_timeout.
  "08P01": {
    code: "connection.pooled",
    hint: "A connection pooler in between ended the session. Give it a larger pool, or connect to the server directly.",
  },
  "28": { code: "connection.authentication_failed", hint: "Check the user name and the password reference." },
  "3D000": { code: "tenant.not_found", hint: "Check the database name." },
  "3F000": { code: "tenant.not_found" },
  "42P01": { code: "table.not_found" },
  "42703": { code: "column.not_found" },
  "42501": { code: "permission.denied" },
  "25006": { code: "target.readonly", hint: "The server is read-only or a standby; name its primary." },
  "23": { code: "patch.constraint_violated" },
  "40001": { code: "target.locked", retryable: true },
  "40P01": { code: "target.locked", retryable: true },
  "55P03": {
    code: "target.locked",
    retryable: true,
    hint: "Somebody holds a lock on it; try again or raise --lock-timeout.",
  },
  "55000": {
    code: "schema.unsupported",
    hint: "It is not ready to be read, as a materialized view that was never refreshed.",
  },
  "57014": { code: "interrupted" },
  "57P01": { code: "connection.lost", retryable: true },
  "57P02": { code: "connection.lost", retryable: true },
  "57P03": {
    code: "connection.refused",
    retryable: true,
    hint: "The server is starting up or shutting down.",
  },
  "53300": {
    code: "connection.refused",
    retryable: true,
    hint: "The server has no free connection; lower --parallel.",
  },
  "53100": { code: "file.io_failed", hint: "The server's disk is full." },
};

/** Turns a driver's error into ours; `about` names the object: `table "users" of server "prod"`. */
export function translateError(error: unknown, about: string): CodedError {
  if (isCodedError(error)) return error;
  if (isAbort(error)) return new CodedError("interrupted", "The work was interrupted.", { cause: error });
  const driver = error as DriverError;
  const sqlState = typeof driver.code === "string" ? driver.code : "";
  const found = TRANSLATIONS[sqlState] ?? TRANSLATIONS[sqlState.slice(0, 2)];
  const named = [driver.schema, driver.table, driver.column, driver.constraint].filter(
    (part) => part !== undefined,
  );
  const object = named.length > 0 ? ` (${named.map((part) => `"${part}"`).join(", ")})` : "";
  return new CodedError(found?.code ?? "internal", `${about}: ${safeMessage(driver, sqlState)}${object}`, {
    ...(found?.hint === undefined ? {} : { hint: found.hint }),
    retryable: found?.retryable ?? false,
    details: {
      sqlState: sqlState || null,
      constraint: driver.constraint ?? null,
      table: driver.table ?? null,
    },
    cause: error,
  });
}

/** What Node's own functions reject with once their signal has aborted. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** Classes whose primary message PostgreSQL fills with a value of a row or a parameter. */
const VALUE_BEARING: Readonly<Record<string, string>> = {
  "22": "the server refused a value",
  P0: "a function of the database ended with an error",
  HV: "a foreign server or its wrapper failed",
};

function safeMessage(error: DriverError, sqlState: string): string {
  const safe = VALUE_BEARING[sqlState.slice(0, 2)];
  return safe === undefined ? (error.message ?? String(error)) : `${safe} (SQLSTATE ${sqlState})`;
}
