import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { firstImpassableFolder } from "./passable-path.ts";
import type { ServerUser } from "./server-user.ts";

/** Owner of an existing cluster, `undefined` when there is none yet. */
export function clusterOwner(dataDir: string): ServerUser | undefined {
  if (!hasCluster(dataDir)) return undefined;
  const { uid, gid } = statSync(dataDir);
  return { uid, gid };
}

export function hasCluster(dataDir: string): boolean {
  return existsSync(join(dataDir, "PG_VERSION"));
}

/** Makes the folder where it is missing and gives it to the server's user. Refuses a folder with foreign content. */
export function prepareDataDirectory(dataDir: string, user: ServerUser | undefined): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (!hasCluster(dataDir) && readdirSync(dataDir).length > 0) {
    throw new EmbeddedPostgresError({
      code: "data-directory-unusable",
      message: `"${dataDir}" is neither empty nor a PostgreSQL data directory`,
      hint: "Choose an empty folder.",
    });
  }
  if (user === undefined) return;
  if (!hasCluster(dataDir)) chownSync(dataDir, user.uid, user.gid);
  const closed = firstImpassableFolder(dataDir, user);
  if (closed !== undefined) {
    throw new EmbeddedPostgresError({
      code: "data-directory-unusable",
      message: `the server runs as user ${user.uid}, which may not enter "${closed}"`,
      hint: "Choose a data directory below folders that every user may enter, for example in /var/lib.",
    });
  }
}

export function refuseOtherMajor(dataDir: string, serverMajor: number): void {
  if (!hasCluster(dataDir)) return;
  const dataMajor = Number.parseInt(readFileSync(join(dataDir, "PG_VERSION"), "utf8"), 10);
  if (dataMajor === serverMajor) return;
  throw new EmbeddedPostgresError({
    code: "other-major-version",
    message: `"${resolve(dataDir)}" holds data of PostgreSQL ${dataMajor}, the server is PostgreSQL ${serverMajor}`,
    hint:
      `Start a PostgreSQL ${dataMajor} on it and move the data with pg_dump and psql or with pg_upgrade, ` +
      "or choose another data directory.",
  });
}
