import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Databases } from "./databases.ts";
import { runCommand } from "./measure.ts";

export function psqlExists(): boolean {
  return spawnSync("psql", ["--version"]).status === 0;
}

const psql = (url: string) => ["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", url];

const COLUMNS = ["id", "name", "amount", "score", "attributes", "digest", "created_at", "updated_at"];
const AFTER = COLUMNS.map((column) => `new_${column}`);

/** The operations as one file: kind, the old values, the new values. */
export class PsqlApply {
  readonly #file: string;

  constructor(folder: string, name: string) {
    this.#file = join(folder, `${name}.copy`);
  }

  /** Writes what differs between the two databases, computed by the server through a foreign-free detour: two files. */
  async prepare(databases: Databases, source: string, target: string): Promise<void> {
    const side = `${this.#file}.source`;
    await runCommand(psql(databases.url(source)), { input: `\\copy public.items to '${side}'\n` });
    const join_ = `
CREATE TEMP TABLE wanted (LIKE public.items);
\\copy wanted from '${side}'
CREATE INDEX ON wanted (id);
ANALYZE wanted;
CREATE TEMP TABLE ops AS
SELECT CASE WHEN w.id IS NULL THEN 'd' WHEN t.id IS NULL THEN 'i' ELSE 'u' END AS op,
  ${COLUMNS.map((c) => `t.${c}`).join(", ")},
  ${COLUMNS.map((c) => `w.${c} AS new_${c}`).join(", ")}
FROM public.items t FULL JOIN wanted w ON w.id = t.id WHERE t IS DISTINCT FROM w;
\\copy ops to '${this.#file}'
`;
    await runCommand(psql(databases.url(target)), { input: join_ });
    rmSync(side);
  }

  /** One transaction: stage, analyse, delete, update and insert, each with its old values checked. Seconds. */
  async apply(databases: Databases, target: string): Promise<number> {
    const same = COLUMNS.slice(1)
      .map((c) => `t.${c} IS NOT DISTINCT FROM o.${c}`)
      .join(" AND ");
    const updated = COLUMNS.slice(1)
      .map((c) => `${c} = o.new_${c}`)
      .join(", ");
    const script = `
BEGIN;
CREATE TEMP TABLE ops ON COMMIT DROP AS
  SELECT ''::text AS op, ${COLUMNS.map((c) => `${c}`).join(", ")},
  ${COLUMNS.map((c) => `${c} AS new_${c}`).join(", ")} FROM public.items LIMIT 0;
\\copy ops from '${this.#file}'
ANALYZE ops;
DELETE FROM public.items t USING ops o WHERE o.op = 'd' AND t.id = o.id AND ${same};
UPDATE public.items t SET ${updated} FROM ops o WHERE o.op = 'u' AND t.id = o.id AND ${same};
INSERT INTO public.items (${COLUMNS.join(", ")}) SELECT ${AFTER.join(", ")} FROM ops WHERE op = 'i';
COMMIT;
`;
    return (await runCommand(psql(databases.url(target)), { input: script })).seconds;
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }
}
