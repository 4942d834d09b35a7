import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../root.ts";

/** What the image's first stage leaves, made from packages that are installed already: seconds instead of a download. */
export function prebuilt(folder: string, checkout: string = ROOT): Readonly<Record<string, string>> {
  const cli = join(checkout, "apps/cli");
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  execFileSync(join(cli, "node_modules/.bin/tsdown"), ["--out-dir", join(folder, "dist")], {
    cwd: cli,
    stdio: "pipe",
  });
  for (const [from, to] of [
    ["apps/cli/bin", "bin"],
    ["apps/cli/package.json", "package.json"],
    ["LICENSE", "LICENSE"],
    ["deploy/docker/health-check.mjs", "health-check.mjs"],
  ] as const)
    cpSync(join(to === "health-check.mjs" ? ROOT : checkout, from), join(folder, to), { recursive: true });
  execFileSync("chmod", ["-R", "u=rwX,go=rX", folder]);
  return { "/src/image": folder };
}

/** Why no container can be imitated here; null when one can. */
export function whyNoContainers(): string | null {
  if (process.platform !== "linux") return "this is not Linux";
  if (process.getuid?.() !== 0) return "mounts need root";
  try {
    execFileSync(
      "unshare",
      ["--mount", "--pid", "--fork", "sh", "-c", "mount --make-rprivate / && mount -t tmpfs t /mnt"],
      {
        stdio: "pipe",
      },
    );
    return null;
  } catch {
    return "this machine allows no mounts of its own";
  }
}
