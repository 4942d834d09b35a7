import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "tsdown";

const VIEWER = "@scalar/api-reference";
const fromServer = createRequire(new URL("../server/package.json", import.meta.url));
const fromSchemaEngine = createRequire(new URL("../../packages/schema-engine/package.json", import.meta.url));
const viewerEntry = fromServer.resolve(VIEWER);
const viewerFolder = viewerEntry.slice(0, viewerEntry.lastIndexOf(VIEWER) + VIEWER.length);

/** Built when its sources have changed; the last line names the folder. */
const dashboardFolder =
  execFileSync(process.execPath, [fileURLToPath(new URL("../web/build/main.ts", import.meta.url))], {
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "production" },
  })
    .trim()
    .split("\n")
    .at(-1) ?? "";

/** Everything is bundled: the binaries of the embedded PostgreSQL are the one dependency of the published package. */
export default defineConfig({
  entry: { main: "src/main.ts" },
  platform: "node",
  target: "node22.18",
  format: "esm",
  outDir: "dist",
  clean: true,
  dts: false,
  sourcemap: false,
  /** The SQL parser finds its WebAssembly beside `__dirname`. */
  shims: true,
  copy: [
    { from: join(dirname(fromSchemaEngine.resolve("libpg-query")), "libpg-query.wasm") },
    { from: dashboardFolder, rename: "dashboard" },
    { from: join(viewerFolder, "dist/browser/standalone.js"), rename: "api-viewer.js" },
  ],
  deps: { alwaysBundle: [/./] },
});
