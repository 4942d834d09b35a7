import { and, eq } from "drizzle-orm";
import type { ControlPlane, Scope } from "./control-plane.ts";
import { ChannelListener } from "./database/channel-listener.ts";
import { connect } from "./database/connect.ts";
import { forceRowSecurity } from "./database/force-row-security.ts";
import type { Executor } from "./database/open-database.ts";
import { Session } from "./database/session.ts";
import { SessionPool } from "./database/session-pool.ts";
import { translateDatabaseError } from "./database/translate-database-error.ts";
import { LOGIN, SERVICE } from "./database/who.ts";
import { assertPolicies } from "./migrations/assert-policies.ts";
import { migrate } from "./migrations/migrate.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import * as schema from "./schema/index.ts";
import { Credentials, newSecret } from "./sealing/credentials.ts";
import type { MasterKey } from "./sealing/master-key.ts";
import { Sealer } from "./sealing/sealer.ts";

export interface OpenControlPlaneOptions {
  /** Of a PostgreSQL database, reached directly or through a pooler in session mode. */
  readonly url: string;
  readonly masterKey: MasterKey;
  /** Keys that something may still be sealed under; `rewrapAll` makes them superfluous. */
  readonly previousMasterKeys?: readonly MasterKey[];
  readonly applicationName: string;
  /** Connections of verbs and queries. */
  readonly maxConnections?: number;
}

const CONNECTIONS = 8;
const RAW_CONNECTIONS = 3;
const CLOSE_SECONDS = 5;
const DEFAULT = "default";

/**
 * Connects, migrates, and makes sure of an identity and of a first organization and project. Any number of processes
 * may do so at once.
 * @throws CodedError `control.unavailable`, `connection.authentication_failed`, `permission.denied`, `control.damaged`,
 * `encryption.wrong_key` when the master key is not the one of this database
 */
export async function openControlPlane(options: OpenControlPlaneOptions): Promise<ControlPlane> {
  const { url, applicationName, masterKey, previousMasterKeys = [] } = options;
  const sessions = new SessionPool({ url, applicationName, max: options.maxConnections ?? CONNECTIONS });
  const sql = connect({ url, applicationName, max: RAW_CONNECTIONS });
  const listeners = new Set<ChannelListener>();
  const close = async () => {
    await Promise.all([...listeners].map((listener) => listener.close()));
    await Promise.all([sessions.close(), sql.end({ timeout: CLOSE_SECONDS })]);
  };
  try {
    const migrating = new Session({ url, applicationName });
    try {
      await migrate(migrating.sql, MIGRATIONS);
      await assertPolicies(migrating.sql);
      await forceRowSecurity(migrating.sql);
    } finally {
      await migrating.end();
    }
    const sealer = new Sealer({ current: masterKey, previous: previousMasterKeys });
    const { id, pepper } = await sessions.transaction(LOGIN, (tx) => ensureIdentity(tx, sealer));
    return {
      sessions,
      sql,
      id,
      sealer,
      credentials: new Credentials(Buffer.from(pepper, "base64url")),
      defaultScope: await sessions.transaction(SERVICE, ensureDefaultScope),
      openSession: ({ onLost }) => new Session({ url, applicationName, onLost }),
      listen: async (channel, heard) => {
        try {
          const listener = await ChannelListener.open({ url, applicationName, channel, heard });
          listeners.add(listener);
          return listener;
        } catch (error) {
          throw translateDatabaseError(error);
        }
      },
      joined: null,
      close,
    };
  } catch (error) {
    await close();
    throw translateDatabaseError(error);
  }
}

export const pepperBinding = (id: string) => ({ purpose: "pepper", organizationId: "", rowId: id });

async function ensureIdentity(tx: Executor, sealer: Sealer): Promise<{ id: string; pepper: string }> {
  await tx.insert(schema.identity).values({}).onConflictDoNothing();
  const [row] = await tx.select().from(schema.identity).for("update");
  if (row === undefined) throw new Error("the identity row is gone");
  const binding = pepperBinding(row.id);
  if (row.sealedPepper !== null) return { id: row.id, pepper: sealer.open(row.sealedPepper, binding) };
  const pepper = newSecret();
  await tx.update(schema.identity).set({ sealedPepper: sealer.seal(pepper, binding) });
  return { id: row.id, pepper };
}

async function ensureDefaultScope(db: Executor): Promise<Scope> {
  await db.insert(schema.organizations).values({ slug: DEFAULT, name: DEFAULT }).onConflictDoNothing();
  const [organization] = await db
    .select({ id: schema.organizations.id })
    .from(schema.organizations)
    .where(eq(schema.organizations.slug, DEFAULT));
  if (organization === undefined) throw new Error("the default organization is gone");
  const organizationId = organization.id;
  await db
    .insert(schema.projects)
    .values({ organizationId, slug: DEFAULT, name: DEFAULT })
    .onConflictDoNothing();
  const [project] = await db
    .select({ id: schema.projects.id })
    .from(schema.projects)
    .where(and(eq(schema.projects.organizationId, organizationId), eq(schema.projects.slug, DEFAULT)));
  if (project === undefined) throw new Error("the default project is gone");
  return { organizationId, projectId: project.id };
}
