#!/usr/bin/env node
// Old syntax on purpose: a Node that is too old must reach the message.
var parts = process.versions.node.split(".");
if (Number(parts[0]) < 22 || (Number(parts[0]) === 22 && Number(parts[1]) < 18)) {
  process.stderr.write(
    "The demo needs Node.js 22.18 or newer; this is Node.js " +
      process.versions.node +
      ". Run `npx --yes pnpm@12.21.0 demo`, which brings its own.\n",
  );
  process.exit(2);
}
import("./src/main.ts").then((demo) => demo.runDemo(process.argv.slice(2)));
