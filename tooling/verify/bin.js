#!/usr/bin/env node
import { requireNode } from "@syncline/tooling-vitest/require-node";

requireNode();
const { verify } = await import("./src/verify.ts");
process.exitCode = await verify();
