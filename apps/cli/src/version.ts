import { readFileSync } from "node:fs";

/** `apps/cli/package.json` beside `src` in the repository and beside `dist` in the published package. */
const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

export const VERSION: string = (manifest as { version: string }).version;
