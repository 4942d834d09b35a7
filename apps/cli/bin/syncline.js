#!/usr/bin/env node
// Plain JavaScript that old versions of Node can parse: it says which version is needed before anything else runs.
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";

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

if (nodeModule.enableCompileCache !== undefined) nodeModule.enableCompileCache();

// The published package ships a bundle; the repository runs its sources.
const bundle = new URL("../dist/main.mjs", import.meta.url);
const sources = new URL("../src/main.ts", import.meta.url);
import((existsSync(sources) ? sources : bundle).href).then((main) => main.runMain());
