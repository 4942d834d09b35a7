import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";

/** The operating system user that the server runs as. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user to start PostgreSQL as, or `undefined` for the present one.
 * PostgreSQL refuses to run as root, and `initdb` refuses a uid without a name, so root needs an existing user.
 */
export function chooseServerUser(dataDirOwner?: ServerUser): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (dataDirOwner !== undefined && dataDirOwner.uid !== 0) return dataDirOwner;
  const nobody = userFromPasswd("nobody") ?? userFromId("nobody");
  if (nobody !== undefined) return nobody;
  throw new EmbeddedPostgresError({
    code: "no-unprivileged-user",
    message: 'PostgreSQL refuses to run as root and this machine has no user "nobody"',
    hint: "Run as another user, or point to a PostgreSQL server of your own.",
  });
}

function userFromPasswd(name: string): ServerUser | undefined {
  let text: string;
  try {
    text = readFileSync("/etc/passwd", "utf8");
  } catch {
    return undefined;
  }
  const fields = text
    .split("\n")
    .map((line) => line.split(":"))
    .find((line) => line[0] === name);
  return fields === undefined ? undefined : validUser(Number(fields[2]), Number(fields[3]));
}

/** For systems that keep their users in a directory service. */
function userFromId(name: string): ServerUser | undefined {
  try {
    const ask = (flag: string) =>
      Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }));
    return validUser(ask("-u") | 0, ask("-g") | 0);
  } catch {
    return undefined;
  }
}

function validUser(uid: number, gid: number): ServerUser | undefined {
  return Number.isInteger(uid) && Number.isInteger(gid) && uid !== 0
    ? { uid: uid >>> 0, gid: gid >>> 0 }
    : undefined;
}
