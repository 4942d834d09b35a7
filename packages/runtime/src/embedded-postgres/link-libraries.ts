import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";

interface LibraryLink {
  /** The library, below the package's folder. */
  readonly source: string;
  /** The link to it, in the same folder. */
  readonly target: string;
}

const LIST = "pg-symlinks.json";

/**
 * Makes the links between libraries that npm cannot pack. The platform package makes them when it is installed, unless
 * its install script was not allowed to run, which is the default of some package managers.
 * @throws EmbeddedPostgresError
 */
export function linkLibraries(binDir: string): void {
  const native = dirname(binDir);
  const list = join(native, LIST);
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8")) as readonly LibraryLink[]) {
    const link = join(dirname(native), target);
    if (!existsSync(link)) makeLink(basename(source), link);
  }
}

function makeLink(to: string, link: string): void {
  try {
    symlinkSync(to, link);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST") return; // another process was first
    throw new EmbeddedPostgresError({
      code: "binaries-missing",
      message: `the link "${link}" between PostgreSQL's libraries is missing and cannot be made (${code ?? "unknown"})`,
      hint: "Install again with install scripts allowed for the @embedded-postgres packages, or give --database-url.",
      cause,
    });
  }
}
