/** Names of the fields of log lines, so that a dashboard built on them keeps working. */
export const LOG_FIELDS = {
  error: "err",
  server: "server",
  tenant: "tenant",
  table: "table",
  patch: "patchId",
  command: "command",
  durationMs: "durationMs",
  rows: "rows",
  bytes: "bytes",
} as const;

/** Field names whose values never reach a log line, at the top and one and two levels below. */
export const SECRET_FIELDS = [
  "password",
  "passwd",
  "secret",
  "token",
  "apiKey",
  "authorization",
  "cookie",
  "connectionString",
  "url",
  "dsn",
  "sslRootCert",
  "sslKey",
  "params",
  "parameters",
  "values",
  "row",
  "key",
  "before",
  "after",
  "old",
  "new",
] as const;
