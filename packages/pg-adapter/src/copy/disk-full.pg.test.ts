import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copy, definitions, digest } from "./testing/copy-databases.ts";

/** A disk of 24 MB, where the system lets us make one. */
const folder = mkdtempSync(join(tmpdir(), "syncline-small-disk-"));
const mounted =
  process.platform === "linux" &&
  spawnSync("mount", ["-t", "tmpfs", "-o", "size=24m,mode=0777", "tmpfs", folder]).status === 0;

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  chmodSync(folder, 0o777);
  [source, target] = await Promise.all([
    createTestDatabase("disk_source"),
    createTestDatabase("disk_target"),
  ]);
  await source.query(`CREATE TABLE wide (id int PRIMARY KEY, pad text); CREATE TABLE narrow (id int PRIMARY KEY);
    INSERT INTO wide SELECT n, repeat(md5(n::text), 12) FROM generate_series(1, 100000) n; INSERT INTO narrow SELECT generate_series(1, 100); ANALYZE`);
});
afterAll(async () => {
  await Promise.all([source?.drop(), target?.drop()]);
  if (mounted) await dropTablespace();
  if (mounted) spawnSync("umount", [folder]);
  rmSync(folder, { recursive: true, force: true });
});

async function dropTablespace(): Promise<void> {
  const maintenance = await createTestDatabase("disk_maintenance");
  await maintenance.query("DROP TABLESPACE IF EXISTS syncline_small_disk");
  await maintenance.drop();
}

describe.skipIf(!mounted)("the target's disk is full", () => {
  it.each([
    ["in parts", { parallel: 4, partBytes: 500_000 }],
    ["in one transaction", { singleTransaction: true }],
  ])(
    "%s: nothing is left, and every index is there",
    async (_name, how) => {
      const inside = join(folder, "space");
      spawnSync("sh", ["-c", `rm -rf '${inside}'; mkdir -m 0777 '${inside}'; chown nobody '${inside}'`]);
      await target.query("DROP TABLE IF EXISTS wide, narrow");
      await dropTablespace();
      await target.query(`CREATE TABLESPACE syncline_small_disk LOCATION '${inside}'`);
      await target.query(
        "CREATE TABLE wide (id int PRIMARY KEY, pad text) TABLESPACE syncline_small_disk; CREATE TABLE narrow (id int PRIMARY KEY)",
      );
      const before = await definitions(target.url);
      const result = await copy(source, target, how).catch((error: unknown) => error);
      const failure = { code: "file.io_failed", hint: expect.stringContaining("disk is full") };
      if ("singleTransaction" in how) expect(result).toMatchObject(failure);
      else
        expect(result).toMatchObject({
          outcome: "partial",
          tables: [{ outcome: "done" }, { outcome: "failed", failure }],
        });
      expect(await digest(target.url, "SELECT * FROM wide")).toMatch(/^0 /);
      expect(await definitions(target.url)).toEqual(before);
    },
    60_000,
  );
});
