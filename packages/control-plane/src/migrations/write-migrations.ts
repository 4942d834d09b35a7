import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Journal {
  readonly entries: readonly { readonly tag: string }[];
}

/** First line of a migration whose statements are transactions of their own. */
const APART = "-- each statement apart\n";

/** `migrations.ts` as it must be for the SQL files beside it: a bundle holds no files. */
export function migrationsModule(folder: string): string {
  const { entries } = JSON.parse(readFileSync(join(folder, "meta", "_journal.json"), "utf8")) as Journal;
  const migrations = entries.map(({ tag }) => {
    const text = readFileSync(join(folder, `${tag}.sql`), "utf8");
    const statements = text
      .split("--> statement-breakpoint")
      .map((statement) => statement.trim())
      .filter((statement) => statement !== "");
    const hash = createHash("sha256").update(text).digest("hex");
    return { name: tag, hash, statements, ...(text.startsWith(APART) ? { apart: true } : {}) };
  });
  return [
    "// Written by write-migrations.ts from the SQL files of this folder.",
    'import type { Migration } from "./migration.ts";',
    "",
    `export const MIGRATIONS: readonly Migration[] = ${JSON.stringify(migrations, null, 2)};`,
    "",
  ].join("\n");
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, "migrations.ts"), migrationsModule(import.meta.dirname));
