import { spawnSync } from "node:child_process";
import type { Databases } from "./databases.ts";
import { EMPTY_ITEMS } from "./dataset.ts";
import { runCommand } from "./measure.ts";

/** Whether pg_dump and pg_restore are installed and not older than the server. */
export function dumpExists(serverMajor: number): boolean {
  const found = ["pg_dump", "pg_restore"].map((program) =>
    spawnSync(program, ["--version"], { encoding: "utf8" }),
  );
  return found.every(
    ({ status, stdout }) => status === 0 && Number(/\) (\d+)/.exec(stdout)?.[1]) >= serverMajor,
  );
}

/** The table dumped without compression and restored in a pipe. Seconds. */
export async function dumpAndRestore(databases: Databases): Promise<number> {
  await databases.createFresh("restored", []);
  const script = `set -o pipefail; pg_dump -Fc -Z0 --table public.items '${databases.url("original")}' | pg_restore --dbname '${databases.url("restored")}'`;
  return (await runCommand(["bash", "-c", script])).seconds;
}

const psql = (url: string) => `psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 '${url}'`;

/** Binary COPY from psql to psql into a bare table, then its primary key. Seconds. */
export async function pipeThroughPsql(databases: Databases): Promise<number> {
  await databases.createFresh("piped", EMPTY_ITEMS.slice(0, 1));
  const script = `set -o pipefail
${psql(databases.url("original"))} -c 'COPY public.items TO STDOUT (FORMAT binary)' |
  ${psql(databases.url("piped"))} -c 'COPY public.items FROM STDIN (FORMAT binary)' -c 'ALTER TABLE public.items ADD PRIMARY KEY (id)'`;
  return (await runCommand(["bash", "-c", script])).seconds;
}

const COLUMNS = ["name", "amount", "score", "attributes", "digest", "created_at", "updated_at"];

/** What tools without a comparison do: everything into a temporary table, then INSERT … ON CONFLICT DO UPDATE. Seconds. */
export async function upsertEverything(
  databases: Databases,
  source: string,
  target: string,
): Promise<number> {
  const assignments = COLUMNS.map((column) => `${column} = excluded.${column}`).join(", ");
  const script = `set -o pipefail
${psql(databases.url(source))} -c 'COPY public.items TO STDOUT (FORMAT binary)' |
  ${psql(databases.url(target))} -c 'BEGIN' -c 'CREATE TEMP TABLE arriving (LIKE public.items) ON COMMIT DROP' \\
    -c 'COPY arriving FROM STDIN (FORMAT binary)' \\
    -c 'INSERT INTO public.items SELECT * FROM arriving ON CONFLICT (id) DO UPDATE SET ${assignments}' -c 'COMMIT'`;
  return (await runCommand(["bash", "-c", script])).seconds;
}
