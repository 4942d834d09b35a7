import { readFile } from "node:fs/promises";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { seed } from "@syncline/tooling-vitest";
import { type CommandFolder, makeCommandFolder } from "../../../testing/run-syncline.ts";

const EXAMPLE = new URL("../../../../../../examples/accounts/", import.meta.url);
export const USERS = 24;
const TABLES = ["users", "groups", "identities", "sessions", "user_groups", "unrelated"] as const;

/** Two databases of the accounts example, each with a table that no dataset knows. */
export async function makeNodes(label: string): Promise<{ a: TestDatabase; b: TestDatabase }> {
  const schema = await readFile(new URL("schema.sql", EXAMPLE), "utf8");
  const [a, b] = await Promise.all([createTestDatabase(`${label}_a`), createTestDatabase(`${label}_b`)]);
  for (const node of [a, b])
    await node.query(
      `${schema}; CREATE TABLE unrelated (id int PRIMARY KEY, user_id uuid REFERENCES users ON DELETE CASCADE, t text)`,
    );
  return { a, b };
}

/** A folder with the example's config. */
export async function makeAccountsFolder(): Promise<CommandFolder> {
  return makeCommandFolder(await readFile(new URL("syncline.yaml", EXAMPLE), "utf8"));
}

/** A pure function of seed and salt, from 0 up to 1. */
export function random(salt: string): () => number {
  let state = [...`${seed}${salt}`].reduce(
    (sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0,
    7,
  );
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

export const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Users, each with children, some invited by others; `draw` decides what this node has of them, and how. */
export async function fill(node: TestDatabase, draw: () => number): Promise<void> {
  await node.query(
    `TRUNCATE ${TABLES.join(", ")}; INSERT INTO groups SELECT g, 'g' || g FROM generate_series(1, ${3 + Math.floor(draw() * 3)}) g`,
  );
  for (let n = 1; n <= USERS; n += 1) {
    if (draw() < 0.15) continue;
    const day = 1 + Math.floor(draw() * 20);
    const name = `u${n}-${Math.floor(draw() * 3)}`;
    await node.query(
      `INSERT INTO users (id, email, name, password_hash, created_at, updated_at) VALUES ('${id(n)}', 'u${n}@x', '${name}', 'h${day}', '2026-01-01', '2026-01-01'::timestamptz + interval '${day} days');
       UPDATE users SET invited_by = (SELECT u.id FROM users u WHERE u.id < '${id(n)}' ORDER BY md5(u.id::text || '${day}') LIMIT 1) WHERE id = '${id(n)}';
       INSERT INTO identities SELECT 'p' || k, 's' || ${n}, '${id(n)}', '${name}', '2026-01-0${1 + (day % 9)}' FROM generate_series(1, ${Math.floor(draw() * 4)}) k;
       INSERT INTO sessions VALUES ('t${n}-${Math.floor(draw() * 9)}', '${id(n)}', '2027-01-01');
       INSERT INTO unrelated VALUES (${n}, '${id(n)}', '${name}');
       INSERT INTO user_groups SELECT '${id(n)}', g FROM generate_series(1, ${1 + Math.floor(draw() * 3)}) g`,
    );
  }
}

export interface Row {
  readonly table: string;
  readonly owner: string | null;
  readonly row: string;
}

/** Every row with the root that it belongs to; null for none. */
export function everything(node: TestDatabase): Promise<Row[]> {
  const owner: Record<string, string> = { users: "id", identities: "user_id", user_groups: "user_id" };
  const parts = TABLES.map(
    (table) =>
      `SELECT '${table}' AS "table", ${owner[table] ?? "NULL"}::text AS owner, t::text AS row FROM ${table} t`,
  );
  return node.query<Row>(`${parts.join(" UNION ALL ")} ORDER BY 1, 3`);
}
