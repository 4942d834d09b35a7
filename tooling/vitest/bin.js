#!/usr/bin/env node
// Plain JavaScript that old versions of Node can parse: it says which version is needed before anything else runs.
import { requireNode } from "./require-node.js";

requireNode();
const { runTests } = await import("./src/run-tests.ts");
process.exitCode = await runTests(process.argv.slice(2));
