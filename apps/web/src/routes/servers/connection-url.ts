import { splitConnectionUrl } from "@syncline/core";

/** What somebody types who has no connection URL at hand. */
export interface ConnectionPieces {
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly sslMode: string;
}

export const NO_PIECES: ConnectionPieces = {
  host: "",
  port: "5432",
  database: "",
  user: "",
  password: "",
  sslMode: "prefer",
};

const LAST_PORT = 65_535;
const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** The connection URL that says the same; every piece is encoded where it has to be. */
export function urlOfPieces({ host, port, database, user, password, sslMode }: ConnectionPieces): string {
  const name = host.trim();
  const address = name.includes(":") && !name.startsWith("[") ? `[${name}]` : name;
  const secret = password === "" ? "" : `:${encodeURIComponent(password)}`;
  const mode = sslMode === "prefer" ? "" : `?sslmode=${sslMode}`;
  const path = encodeURIComponent(database.trim());
  return `postgres://${encodeURIComponent(user.trim())}${secret}@${address}:${port.trim() || "5432"}/${path}${mode}`;
}

/** Faults by piece, as they are seen while typing; the server checks again. */
export function problemsOfPieces(pieces: ConnectionPieces): Partial<Record<keyof ConnectionPieces, string>> {
  const { host, port, database, user } = pieces;
  const number = /^\d{1,5}$/.test(port.trim()) ? Number(port) : 0;
  return {
    ...(host.trim() === ""
      ? { host: "Name the host." }
      : /[\s/@?#]/.test(host.trim())
        ? { host: "A name or an address alone, without slashes or @." }
        : {}),
    ...(port.trim() !== "" && (number < 1 || number > LAST_PORT)
      ? { port: `A number from 1 to ${LAST_PORT}.` }
      : {}),
    ...(database.trim() === "" ? { database: "Name the database." } : {}),
    ...(user.trim() === "" ? { user: "Name the user." } : {}),
  };
}

/** What is wrong with a connection URL; null: nothing that can be seen here. Never quotes it. */
export function problemOfUrl(url: string): string | null {
  const text = url.trim();
  if (text === "") return "Paste the connection URL.";
  if (text.includes("#")) return "Write # as %23.";
  const parts = splitConnectionUrl(text);
  if (parts === null) return "Write it as postgres://user:password@host:5432/database.";
  if (parts.scheme !== "postgres" && parts.scheme !== "postgresql")
    return "It has to begin with postgres://.";
  if (parts.host === "") return "It names no host.";
  if (parts.user === null || parts.user === "") return "It names no user.";
  return null;
}

/** What is wrong with the name of a server or an environment; null: nothing. */
export function problemOfName(name: string, taken: readonly string[] = []): string | null {
  if (name === "") return "Give it a name.";
  if (!NAME.test(name)) return "Lower-case letters, digits, - and _, at most 63 of them.";
  return taken.includes(name) ? `"${name}" is there already.` : null;
}
