export interface LargeResultRows {
  readonly orders: number;
  /** Of a table whose key is two texts. */
  readonly lines: number;
}

/**
 * Two schemas that differ in every row. By number modulo 3: only in the source, only in the target, in both with another
 * note and every second time another status.
 */
export function largeResultSql(rows: LargeResultRows): readonly string[] {
  return (["src", "dst"] as const).map((schema) => fill(schema, rows));
}

function fill(schema: "src" | "dst", { orders, lines }: LargeResultRows): string {
  const mine = schema === "src" ? 0 : 1;
  const note = `concat_ws(' ', 'leave with the neighbour', CASE WHEN n % 97 = 0 THEN 'fragile' END,
    CASE WHEN n % 25013 = 0 THEN 'needle' END, md5(n || '${schema}'))`;
  return `
    CREATE SCHEMA ${schema};
    CREATE TABLE ${schema}.orders (id bigint PRIMARY KEY, customer text, status text, note text, total numeric(12,2), data jsonb);
    CREATE TABLE ${schema}.lines (a text COLLATE "C", b text COLLATE "C", note text, PRIMARY KEY (a, b));
    INSERT INTO ${schema}.orders SELECT n, 'customer ' || n % 5000, CASE WHEN n % 2 = 0 THEN '${schema}' ELSE 'new' END, ${note},
      n / 7.0, jsonb_build_object('items', n % 20) FROM generate_series(1, ${orders}) n WHERE n % 3 IN (${mine}, 2);
    INSERT INTO ${schema}.lines SELECT 'a' || n % 100, 'b' || n, ${note} FROM generate_series(1, ${lines}) n WHERE n % 3 IN (${mine}, 2);`;
}
