import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { linkLibraries } from "./link-libraries.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "syncline-links-"));
  mkdirSync(join(folder, "native/lib"), { recursive: true });
  writeFileSync(join(folder, "native/lib/libpq.so.5.18"), "");
});
afterEach(() => rmSync(folder, { recursive: true }));

const list = (links: readonly unknown[]) =>
  writeFileSync(join(folder, "native/pg-symlinks.json"), JSON.stringify(links));
const LINK = { source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" };

it("makes what an install script that was not run would have made, and keeps what is there", () => {
  list([LINK]);
  linkLibraries(join(folder, "native/bin"));
  linkLibraries(join(folder, "native/bin"));
  expect(readlinkSync(join(folder, "native/lib/libpq.so.5"))).toBe("libpq.so.5.18");
});

it("leaves a package without such a list alone", () => {
  expect(() => linkLibraries(join(folder, "native/bin"))).not.toThrow();
});

it("says which link is missing where none can be made", () => {
  list([{ ...LINK, target: "native/nowhere/libpq.so.5" }]);
  expect(() => linkLibraries(join(folder, "native/bin"))).toThrow(
    /"[^"]*nowhere\/libpq.so.5" between.*ENOENT/,
  );
});
