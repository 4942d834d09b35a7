import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a build reads, from the root of the repository. */
const SOURCES = [
  "apps/web/{index.html,package.json,vite.config.ts}",
  "apps/web/{src,public}/**/*.*",
  "packages/{api,core,engine,jobs}/{package.json,src/**/*.ts}",
  "pnpm-lock.yaml",
];
const OF_TESTS = /\.test\.tsx?$|\/testing\//;

/** Changes whenever a build could come out differently. */
export function sourceDigest(root: string): string {
  const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((path) => !OF_TESTS.test(path) && existsSync(join(root, path)))
    .sort();
  const hash = createHash("sha256");
  for (const path of files)
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update("\0");
  return hash.digest("hex").slice(0, 16);
}
