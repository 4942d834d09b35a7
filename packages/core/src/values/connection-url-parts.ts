/** The raw parts of `scheme://user:password@host:port/database?query`, percent-encoding untouched. */
export interface ConnectionUrlParts {
  readonly scheme: string;
  readonly user: string | null;
  readonly password: string | null;
  /** With square brackets when it is an IPv6 address; empty when left out. */
  readonly host: string;
  readonly port: string | null;
  readonly database: string | null;
  readonly query: string | null;
}

const SHAPE =
  /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(?:([^@/?#]*(?:@[^@/?#]*)*)@)?(\[[^\]/?#]*\]|[^:/?#@[\]]*)(?::(\d*))?(?:\/([^/?#@]*))?(?:\?([^#]*))?$/;

/** Null when the text does not have this shape; the caller must not print it then, since it may hold a password. */
export function splitConnectionUrl(url: string): ConnectionUrlParts | null {
  const match = SHAPE.exec(url);
  if (match === null) return null;
  const [, scheme = "", userInfo, host = "", port, database, query] = match;
  const colon = userInfo?.indexOf(":") ?? -1;
  return {
    scheme: scheme.toLowerCase(),
    user: userInfo === undefined ? null : colon < 0 ? userInfo : userInfo.slice(0, colon),
    password: userInfo === undefined || colon < 0 ? null : userInfo.slice(colon + 1),
    host,
    port: port === undefined || port === "" ? null : port,
    database: database === undefined || database === "" ? null : database,
    query: query === undefined || query === "" ? null : query,
  };
}

/** Parameters that say nothing secret; every other one is left out of what is printed. */
const PRINTABLE_PARAMETERS = new Set([
  "sslmode",
  "connect_timeout",
  "application_name",
  "host",
  "port",
  "dbname",
  "user",
]);

/** The URL without password and without any parameter that is not known to be harmless. */
export function redactConnectionUrl(url: string): string {
  const parts = splitConnectionUrl(url);
  if (parts === null) return "postgres://***";
  const user = parts.user === null || parts.user === "" ? "" : `${parts.user}@`;
  const port = parts.port === null ? "" : `:${parts.port}`;
  const database = parts.database === null ? "" : `/${parts.database}`;
  return `${parts.scheme}://${user}${parts.host}${port}${database}${printableQuery(parts.query)}`;
}

function printableQuery(query: string | null): string {
  const kept = (query ?? "")
    .split("&")
    .filter((pair) => PRINTABLE_PARAMETERS.has(pair.split("=", 1)[0] ?? ""));
  return kept.length === 0 ? "" : `?${kept.join("&")}`;
}
