#!/usr/bin/env node
// Plain JavaScript that old versions of Node can parse: it says which version is needed before anything else runs.
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { setFlagsFromString } from "node:v8";

const NEEDED = [22, 18];
const version = process.versions.node.split(".").map(Number);

if (version[0] < NEEDED[0] || (version[0] === NEEDED[0] && version[1] < NEEDED[1])) {
  process.stderr.write(
    "syncline needs Node.js " +
      NEEDED.join(".") +
      " or newer; this is Node.js " +
      process.versions.node +
      ".\n",
  );
  process.exit(2);
}

// A young generation of V8 may grow to 128 MB, and glibc keeps an arena of freed buffers per thread: streaming a million
// rows would hold on to 350 MB of garbage. Both can only be set before the process starts, so it replaces itself.
const YOUNG_GENERATION = "--max-semi-space-size=4";
const MALLOC = { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "65536", MALLOC_TRIM_THRESHOLD_: "131072" };
// A server carries out the same operations, and answers requests: it stays at 240 MB instead of 400.
const MOVING = ["diff", "patch", "undo", "copy", "pull", "push", "export", "import", "server", "service"];
const movesRows = process.argv.slice(2).some((word) => MOVING.includes(word));
const chosen = process.execArgv
  .concat(process.env.NODE_OPTIONS || "")
  .some((option) => option.includes("semi-space-size"));

if (movesRows && !chosen && process.platform !== "win32" && process.execve !== undefined) {
  const args = [process.execPath, YOUNG_GENERATION].concat(process.execArgv, process.argv.slice(1));
  process.execve(process.execPath, args, Object.assign({}, MALLOC, process.env));
}

// The old generation may grow to a multiple of what is alive before it is collected; a little more processor time buys 60 MB.
if (movesRows) setFlagsFromString("--heap-growing-percent=60");

if (nodeModule.enableCompileCache !== undefined) nodeModule.enableCompileCache();

// The published package ships a bundle; the repository runs its sources.
const bundle = new URL("../dist/main.mjs", import.meta.url);
const sources = new URL("../src/main.ts", import.meta.url);
import((existsSync(sources) ? sources : bundle).href).then((main) => main.runMain());
