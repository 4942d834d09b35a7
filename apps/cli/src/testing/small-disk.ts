import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system in memory that fills up soon. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves that many bytes free; null: everything. */
  leave(bytes: number | null): Promise<void>;
  /** A folder that a server of another user can write. */
  folderForServer(): Promise<string>;
  remove(): void;
}

/** Null where this system does not let us make one. */
export function makeSmallDisk(size: string): SmallDisk | null {
  const path = mkdtempSync(join(tmpdir(), "syncline-small-disk-"));
  const made =
    process.platform === "linux" &&
    spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=0777`, "tmpfs", path]).status === 0;
  const remove = () => {
    if (made) spawnSync("umount", [path]);
    rmSync(path, { recursive: true, force: true });
  };
  if (!made) {
    remove();
    return null;
  }
  const ballast = join(path, "ballast");
  return {
    path,
    remove,
    leave: async (bytes) => {
      await rm(ballast, { force: true });
      if (bytes === null) return;
      const { bavail, bsize } = statfsSync(path);
      await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
    },
    folderForServer: async () => {
      const inside = join(path, "space");
      await mkdir(inside, { mode: 0o777 });
      spawnSync("sh", ["-c", `chmod 0777 '${inside}'; chown nobody '${inside}'`]);
      return inside;
    },
  };
}
