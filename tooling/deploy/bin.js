#!/usr/bin/env node
import { requireNode } from "@syncline/tooling-vitest/require-node";

requireNode();
if (process.argv[2] === "image") {
  const { measureImage } = await import("./src/image/measure-image.ts");
  await measureImage((text) => process.stdout.write(text));
} else {
  const { lint } = await import("./src/lint/lint.ts");
  process.exitCode = lint((text) => process.stdout.write(text));
}
