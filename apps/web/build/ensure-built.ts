import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { sourceDigest } from "./source-digest.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const WEB = join(ROOT, "apps/web");
const CACHE = join(WEB, "node_modules/.cache/dashboard");
const POLL_MS = 200;
/** Servers that still run may serve from an older build. */
const KEPT_MS = 2 * 3_600_000;

/** The folder with the dashboard as its sources are now; built when there is none. Of several callers one builds. */
export async function ensureBuilt(): Promise<string> {
  const folder = join(CACHE, sourceDigest(ROOT));
  while (!existsSync(folder)) {
    if (!takeLock(folder)) {
      await sleep(POLL_MS);
      continue;
    }
    try {
      if (!existsSync(folder)) await buildInto(folder);
    } finally {
      rmSync(lockOf(folder), { force: true });
    }
  }
  removeOlder(folder);
  return folder;
}

async function buildInto(folder: string): Promise<void> {
  const { build } = await import("vite");
  const unfinished = `${folder}.building`;
  rmSync(unfinished, { recursive: true, force: true });
  await build({
    root: WEB,
    mode: "production",
    logLevel: "error",
    build: { outDir: unfinished, emptyOutDir: true, reportCompressedSize: false },
  });
  renameSync(unfinished, folder);
}

const lockOf = (folder: string) => `${folder}.lock`;

/** False while somebody else who is alive has it. */
function takeLock(folder: string): boolean {
  mkdirSync(dirname(folder), { recursive: true });
  try {
    writeFileSync(lockOf(folder), String(process.pid), { flag: "wx" });
    return true;
  } catch {
    if (!isAlive(Number(readText(lockOf(folder))))) rmSync(lockOf(folder), { force: true });
    return false;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** An empty text counts as alive: its writer has just opened the file. */
function isAlive(pid: number): boolean {
  if (!(pid > 0)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function removeOlder(folder: string): void {
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name);
    if (name.startsWith(basename(folder)) || !existsSync(path)) continue;
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}
