import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { homeFolder } from "../home-folder.ts";
import type { Environment } from "./read-text-source.ts";

interface Wanted {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** The password that libpq's password file (`PGPASSFILE`, else `~/.pgpass`) has for a connection, or null. */
export async function findPassword(wanted: Wanted, env: Environment): Promise<string | null> {
  const home = homeFolder(env);
  const file = env.PGPASSFILE || (home === null ? null : join(home, ".pgpass"));
  const content = file === null ? null : await readPrivateFile(file);
  for (const line of (content ?? "").split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const password = matchLine(line, wanted);
    if (password !== null) return password;
  }
  return null;
}

function matchLine(line: string, wanted: Wanted): string | null {
  const fields = splitFields(line);
  const [host, port, database, user, password] = fields;
  if (password === undefined) return null;
  const names = wanted.host.startsWith("/") ? [wanted.host, "localhost"] : [wanted.host];
  const matches = [
    names.includes(host ?? "") || host === "*",
    isMatch(port, String(wanted.port)),
    isMatch(database, wanted.database),
    isMatch(user, wanted.user),
  ];
  return matches.every(Boolean) ? password : null;
}

function isMatch(field: string | undefined, wanted: string): boolean {
  return field === "*" || field === wanted;
}

/** Fields are separated by colons; a backslash makes the next character plain. */
function splitFields(line: string): string[] {
  const fields = [""];
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === "\\" && at + 1 < line.length) fields[fields.length - 1] += line.charAt(++at);
    else if (character === ":" && fields.length < 5) fields.push("");
    else fields[fields.length - 1] += character;
  }
  return fields;
}

/** As libpq: a file that others may read is ignored. */
async function readPrivateFile(path: string): Promise<string | null> {
  try {
    const { mode } = await stat(path);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) return null;
    return await readFile(path, "utf8");
  } catch {
    return null;
  }
}
