import { homedir } from "node:os";
import type { Environment } from "./connection/read-text-source.ts";

/** The user's own folder; null of a user that is a number alone, as in containers. */
export function homeFolder(env: Environment): string | null {
  if (env.HOME) return env.HOME;
  try {
    return homedir();
  } catch {
    return null;
  }
}
