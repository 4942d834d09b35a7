import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CodedError } from "@syncline/core";
import type { Environment } from "./connection/read-text-source.ts";
import { homeFolder } from "./home-folder.ts";

export const CONFIG_FILE_NAMES = ["syncline.yaml", "syncline.yml", "syncline.json"] as const;

/**
 * The config file for a folder: the nearest one from there up to the repository's root (the folder with `.git`), else the user's
 * own in `$XDG_CONFIG_HOME/syncline` or `~/.config/syncline`. Null when there is none.
 */
export async function findConfigFile(folder: string, env: Environment): Promise<string | null> {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const found = await configIn(current);
    if (found !== null) return found;
    if ((await exists(join(current, ".git"))) || dirname(current) === current) break;
  }
  const home = homeFolder(env);
  const own = env.XDG_CONFIG_HOME || (home === null ? null : join(home, ".config"));
  return own === null ? null : configIn(join(own, "syncline"));
}

async function configIn(folder: string): Promise<string | null> {
  const found: string[] = [];
  for (const name of CONFIG_FILE_NAMES) if (await exists(join(folder, name))) found.push(name);
  const [first, second] = found;
  if (second !== undefined) {
    throw new CodedError("config.invalid", `The folder "${folder}" has both ${first} and ${second}.`, {
      hint: "Keep one of them, or name one with --config.",
    });
  }
  return first === undefined ? null : join(folder, first);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
