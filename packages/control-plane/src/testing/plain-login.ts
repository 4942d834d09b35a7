import { randomBytes } from "node:crypto";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";

export interface PlainLogin {
  readonly role: string;
  /** Of `database`, as this role. */
  readonly url: string;
  /** As an administrator. */
  readonly database: TestDatabase;
  /** Drops the database and the role. */
  drop(): Promise<void>;
}

export interface PlainLoginOptions {
  /** Words of CREATE ROLE. */
  readonly rights?: string;
  /** Whether it was granted the two roles of row security. */
  readonly granted: boolean;
  readonly serverUrl?: string;
}

/** A role that is no superuser and may create schemas in a database of its own, as a service would have. */
export async function createPlainLogin(
  label: string,
  { rights = "", granted, serverUrl }: PlainLoginOptions,
): Promise<PlainLogin> {
  const database = await createTestDatabase(label, serverUrl === undefined ? {} : { serverUrl });
  const role = `plain_${randomBytes(6).toString("hex")}`;
  await database.query(
    `CREATE ROLE ${role} LOGIN NOSUPERUSER PASSWORD 'plain' ${rights};
     GRANT CREATE ON DATABASE "${database.name}" TO ${role}`,
  );
  if (granted) {
    await makeRoles(database);
    await database.query(`GRANT syncline_tenant, syncline_service TO ${role}`);
  }
  const url = new URL(database.url);
  url.username = role;
  url.password = "plain";
  return {
    role,
    url: url.href,
    database,
    async drop() {
      await database.query(`DROP OWNED BY ${role} CASCADE`);
      await database.query(`DROP ROLE ${role}`).finally(() => database.drop());
    },
  };
}

/** Other databases of the server may have made them already, or do so now. */
async function makeRoles(database: TestDatabase): Promise<void> {
  for (const role of ["syncline_tenant", "syncline_service"])
    await database.query(
      `DO $$ BEGIN CREATE ROLE ${role} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
}
