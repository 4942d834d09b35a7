import type {} from "./global-setup.ts";

/** Address of the test server, from `SYNCLINE_TEST_PG_URL` or from the global setup of the `pg` project. */
export async function testServerUrl(): Promise<string> {
  const given = process.env.SYNCLINE_TEST_PG_URL;
  if (given !== undefined && given !== "") return given;
  const provided = process.env.VITEST === undefined ? undefined : (await import("vitest")).inject("pgUrl");
  if (provided !== undefined) return provided;
  throw new Error(
    "No test server: name the file *.pg.test.ts so that the pg project runs it, or set SYNCLINE_TEST_PG_URL.",
  );
}

export function withDatabaseName(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
}
