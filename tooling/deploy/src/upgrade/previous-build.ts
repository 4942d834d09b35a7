import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { prebuilt } from "../image/prebuilt.ts";
import { ROOT } from "../root.ts";

export interface PreviousBuild {
  readonly commit: string;
  readonly built: Readonly<Record<string, string>>;
}

/** An earlier commit, installed as the lockfile of its day says and packed as the image packs it. */
export function buildRevision(revision: string, folder: string): PreviousBuild {
  const checkout = join(folder, "checkout");
  const git = (...parts: string[]) =>
    execFileSync("git", ["-C", ROOT, ...parts], { encoding: "utf8" }).trim();
  execFileSync("git", ["clone", "--quiet", "--no-checkout", ROOT, checkout]);
  execFileSync("git", ["-C", checkout, "checkout", "--quiet", git("rev-parse", revision)]);
  const manager = (JSON.parse(git("show", `${revision}:package.json`)) as { packageManager: string })
    .packageManager;
  execFileSync(
    "npx",
    ["--yes", manager.split("+")[0] ?? manager, "install", "--frozen-lockfile", "--prefer-offline"],
    {
      cwd: checkout,
      env: { ...process.env, CI: "true" },
      stdio: "pipe",
    },
  );
  return { commit: git("rev-parse", "--short", revision), built: prebuilt(join(folder, "built"), checkout) };
}
