import type { WorldOptions } from "./dashboard-world.ts";

/** Tenants of both servers, so that one test does not meet what another one wrote. */
const TENANTS = ["mouse", "keys", "weather", "phone"] as const;

/**
 * `stage` and a protected `prod` whose environment asks for one approval. In each tenant `users` differs by an insert,
 * an update and a delete, `prices` by an update, and `same` not at all.
 */
export const REVIEW_WORLD = {
  databases: {
    stage: TENANTS.map(
      (tenant) => `${tables(tenant)}
        INSERT INTO ${tenant}.users VALUES (1, 'one', 'Oslo'), (2, 'zwei', 'Bonn'), (3, 'three', 'Rome');
        INSERT INTO ${tenant}.prices VALUES ('a', 12.50), ('b', 3.00);`,
    ).join(""),
    prod: TENANTS.map(
      (tenant) => `${tables(tenant)}
        INSERT INTO ${tenant}.users VALUES (1, 'one', 'Oslo'), (2, 'two', 'Bonn'), (4, 'four', 'Cork');
        INSERT INTO ${tenant}.prices VALUES ('a', 11.00), ('b', 3.00);`,
    ).join(""),
  },
  config: (urls: Readonly<Record<string, string>>) => `version: 1
servers:
  stage: { url: "${urls["stage"]}", environment: staging, protection: open }
  prod: { url: "${urls["prod"]}", environment: production, protection: protected }
environments:
  production: { approvals: 1 }
`,
  people: { ann: "operator", ben: "reviewer", cem: "reviewer" },
} as const satisfies Omit<WorldOptions<"ann" | "ben" | "cem">, "label">;

export type Tenant = (typeof TENANTS)[number];

function tables(tenant: string): string {
  return `CREATE SCHEMA ${tenant};
    CREATE TABLE ${tenant}.users (id int PRIMARY KEY, name text NOT NULL, city text);
    CREATE TABLE ${tenant}.prices (sku text PRIMARY KEY, price numeric(8,2) NOT NULL);
    CREATE TABLE ${tenant}.same (id int PRIMARY KEY);
    INSERT INTO ${tenant}.same VALUES (1), (2);`;
}
