import { defineConfig } from "tsdown";

/** Everything is bundled: the published package has no dependencies to install or to resolve at start. */
export default defineConfig({
  entry: { main: "src/main.ts" },
  platform: "node",
  target: "node22.18",
  format: "esm",
  outDir: "dist",
  clean: true,
  dts: false,
  sourcemap: false,
  deps: { alwaysBundle: [/./] },
});
