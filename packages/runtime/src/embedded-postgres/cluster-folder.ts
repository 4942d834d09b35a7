import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstImpassableFolder } from "./passable-path.ts";
import { chooseServerUser } from "./server-user.ts";

/** Where root may keep data that another user's processes read. */
const SHARED_ROOT = "/var/lib/syncline";
/** Names the cluster of a folder that the server's user may not enter. */
const LOCATION_FILE = "postgres.location";

/**
 * Where the cluster that belongs to an existing folder lies: inside of it or, when we are root and the server's user may
 * not enter the folder, in a place that every user may enter, which the folder then names.
 */
export function clusterFolderOf(folder: string): string {
  const location = join(folder, LOCATION_FILE);
  if (existsSync(location)) return readFileSync(location, "utf8");
  const user = chooseServerUser();
  if (user === undefined || firstImpassableFolder(folder, user) === undefined)
    return join(folder, "postgres");
  mkdirSync(SHARED_ROOT, { recursive: true, mode: 0o755 });
  const cluster = join(SHARED_ROOT, randomBytes(8).toString("hex"));
  writeFileSync(location, cluster, { flag: "wx", flush: true });
  return cluster;
}
