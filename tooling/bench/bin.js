#!/usr/bin/env node
// Old syntax on purpose: a Node that is too old must reach the message.
var parts = process.versions.node.split(".");
if (Number(parts[0]) < 22 || (Number(parts[0]) === 22 && Number(parts[1]) < 18)) {
  process.stderr.write(
    "The benchmarks need Node 22.18 or newer, this is " +
      process.versions.node +
      ". Start them with `pnpm bench`.\n",
  );
  process.exit(2);
}
import("./src/main.ts");
