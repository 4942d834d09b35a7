import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "./load-config.ts";

let root: string;
const text = (server: string) => `version: 1\nservers:\n  ${server}: {host: h}\n`;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "syncline-find-"));
  for (const folder of ["repo/.git", "repo/a/b", "repo/bare/.git", "xdg/syncline", "both"])
    await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, "syncline.yaml"), text("outside"));
  await writeFile(join(root, "repo/syncline.yml"), text("repo"));
  await writeFile(join(root, "repo/a/syncline.json"), '{"version": 1, "servers": {"a": {"host": "h"}}}');
  await writeFile(join(root, "xdg/syncline/syncline.yaml"), text("own"));
  await writeFile(join(root, "both/syncline.yml"), text("x"));
  await writeFile(join(root, "both/syncline.json"), text("x"));
  await writeFile(join(root, "latin1.yaml"), Buffer.from([0x76, 0xe9]));
});
afterAll(() => rm(root, { recursive: true }));

const load = async (folder: string, env: Record<string, string> = {}, file?: string) => [
  ...(
    await loadConfig({ folder: join(root, folder), env: { HOME: join(root, "nobody"), ...env }, file })
  ).config.servers.keys(),
];

describe("loadConfig", () => {
  it("takes the nearest file upward, not beyond the repository", async () => {
    expect(await load("repo/a/b")).toEqual(["a"]);
    expect(await load("repo")).toEqual(["repo"]);
    expect(await load("repo/bare")).toEqual([]);
    expect(await load("repo/bare", { XDG_CONFIG_HOME: join(root, "xdg") })).toEqual(["own"]);
  });

  it("prefers --config, then SYNCLINE_CONFIG; relative to the folder", async () => {
    expect(await load("repo/a", { SYNCLINE_CONFIG: "../syncline.yml" })).toEqual(["repo"]);
    expect(await load("repo/a", { SYNCLINE_CONFIG: "x" }, "../syncline.yml")).toEqual(["repo"]);
  });

  it("refuses a missing, an unreadable, an ambiguous and a non-UTF-8 file", async () => {
    await expect(load("repo", {}, "nope.yaml")).rejects.toMatchObject({ code: "config.not_found" });
    await expect(load("repo", {}, "a")).rejects.toMatchObject({
      code: "config.invalid",
      message: expect.stringContaining("EISDIR"),
    });
    await expect(load("both")).rejects.toMatchObject({
      code: "config.invalid",
      message: expect.stringContaining("both"),
    });
    await expect(load("repo", {}, "../latin1.yaml")).rejects.toMatchObject({
      code: "config.invalid",
      message: expect.stringContaining("UTF-8"),
    });
  });
});
