import type pg from "pg";

/** Rows with a random-looking but reproducible uuid key and about 240 bytes each. */
const CREATE = `
CREATE TABLE public.items (
  id uuid NOT NULL,
  name text NOT NULL,
  amount numeric(14,2) NOT NULL,
  score double precision NOT NULL,
  attributes jsonb NOT NULL,
  digest bytea NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamp NOT NULL
)`;

const row = (n: string) => `
  md5('id' || ${n})::uuid,
  'item ' || ${n} || ' ' || md5('name' || ${n}),
  (${n} % 1000003)::numeric / 100,
  sqrt(${n}::float8),
  jsonb_build_object('size', ${n} % 97, 'tag', md5('tag' || ${n})),
  decode(md5('digest' || ${n}) || md5('more' || ${n}), 'hex'),
  timestamptz '2020-01-01 00:00:00Z' + ${n} * interval '7 seconds',
  timestamp '2024-01-01' + ${n} * interval '3 seconds'`;

/** The table as a target has it before rows come: empty, with its key. */
export const EMPTY_ITEMS: readonly string[] = [CREATE, "ALTER TABLE public.items ADD PRIMARY KEY (id)"];

export async function createItems(client: pg.Client, rows: number): Promise<void> {
  await client.query(CREATE);
  await client.query(`INSERT INTO public.items SELECT ${row("n")} FROM generate_series(1, ${rows}) AS n`);
  await client.query("ALTER TABLE public.items ADD PRIMARY KEY (id)");
  await client.query("VACUUM (ANALYZE) public.items");
}

/** Which rows an edit touches: every `step`-th by the hash of the key, so that they lie scattered. */
function scattered(share: number): string {
  return `(('x' || left(md5('pick' || id::text), 8))::bit(32)::bigint) < ${Math.round(share * 4294967296)}`;
}

export interface Edit {
  readonly name: string;
  readonly statements: readonly string[];
}

const UPDATE = "UPDATE public.items SET amount = amount + 1, updated_at = updated_at + interval '1 day'";

/** About `differences` scattered updates. */
export function updateSome(name: string, differences: number, rows: number): Edit {
  if (differences >= rows) return { name, statements: [UPDATE] };
  return { name, statements: [`${UPDATE} WHERE ${scattered(differences / rows)}`] };
}

/** A mix of eight updates to one insert and one delete. */
export function mixedEdit(name: string, operations: number, rows: number): Edit {
  const tenth = Math.max(1, Math.round(operations / 10));
  return {
    name,
    statements: [
      `DELETE FROM public.items WHERE id IN (SELECT md5('id' || n)::uuid FROM generate_series(1, ${tenth}) n)`,
      `INSERT INTO public.items SELECT ${row("n")} FROM generate_series(${rows + 1}, ${rows + tenth}) AS n`,
      `${UPDATE} WHERE id IN (SELECT md5('id' || n)::uuid
         FROM generate_series(${tenth + 1}, ${rows}, greatest(1, (${rows} - ${tenth}) / ${8 * tenth})) n LIMIT ${8 * tenth})`,
    ],
  };
}
