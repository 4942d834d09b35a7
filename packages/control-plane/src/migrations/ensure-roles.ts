import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@syncline/core";
import type { Sql } from "postgres";
import { sqlStateOf } from "../database/translate-database-error.ts";
import { SERVICE_ROLE, TENANT_ROLE } from "../database/who.ts";

const ROLES = [TENANT_ROLE, SERVICE_ROLE] as const;
/** Since then membership and the right to take the role are apart. */
const SET_OPTION = 160_000;
const NOT_ALLOWED = "42501";
/** Somebody else made the role or the grant meanwhile, perhaps for another database of this server: 23505, 42710, XX000. */
const RACED: ReadonlySet<string> = new Set(["23505", "42710", "XX000"]);
const TRIES = 8;
const PAUSE_MS = 20;

interface RoleState {
  readonly version: number;
  readonly login: string;
  readonly powerful: boolean | null;
  readonly usable: boolean | null;
}

/**
 * Makes sure of the two roles that row security is about, and that this login can take them. Roles belong to the whole
 * server, so they are not part of a migration: another control plane may have made them, and a restored database comes
 * without them.
 * @throws CodedError `permission.denied` with what an administrator has to run
 */
export async function ensureRoles(sql: Sql): Promise<void> {
  for (const role of ROLES)
    for (let tries = 1; ; tries += 1) {
      const state = await look(sql, role);
      if (state.powerful === true) throw tooPowerful(role);
      if (state.usable === true) break;
      try {
        await sql.unsafe(state.usable === null ? `CREATE ROLE ${role} NOLOGIN` : grantOf(role, state));
      } catch (error) {
        if (sqlStateOf(error) === NOT_ALLOWED) throw notAllowed(state.login);
        if (tries >= TRIES || !RACED.has(sqlStateOf(error))) throw error;
        await sleep(PAUSE_MS * tries * Math.random());
      }
    }
}

/** Nulls where the role is not there. */
async function look(sql: Sql, role: string): Promise<RoleState> {
  const [state] = await sql<RoleState[]>`
    SELECT version, session_user::text AS login, rolsuper OR rolbypassrls OR rolcanlogin AS powerful,
      CASE WHEN version >= ${SET_OPTION} THEN pg_has_role(session_user, roles.oid, 'SET')
           ELSE pg_has_role(session_user, roles.oid, 'MEMBER') END AS usable
    FROM (SELECT current_setting('server_version_num')::int AS version) server
    LEFT JOIN pg_roles roles ON roles.rolname = ${role}`;
  if (state === undefined) throw new Error("a left join gave no row");
  return state;
}

/** The login takes the role when it wants to; it does not have its rights besides. */
const grantOf = (role: string, { version }: RoleState) =>
  `GRANT ${role} TO SESSION_USER${version >= SET_OPTION ? " WITH INHERIT FALSE, SET TRUE" : ""}`;

function notAllowed(login: string): CodedError {
  const quoted = `"${login.replaceAll('"', '""')}"`;
  return new CodedError(
    "permission.denied",
    `The role "${login}" of the control database can neither take nor make the roles "${TENANT_ROLE}" and "${SERVICE_ROLE}".`,
    {
      hint: `Run once as an administrator of the server, leaving out what is there: ${ROLES.map((role) => `CREATE ROLE ${role} NOLOGIN;`).join(" ")} GRANT ${ROLES.join(", ")} TO ${quoted};`,
    },
  );
}

function tooPowerful(role: string): CodedError {
  return new CodedError(
    "permission.denied",
    `The role "${role}" may log in or is above row security, so it cannot keep organizations apart.`,
    { hint: `Run once as an administrator of the server: ALTER ROLE ${role} NOLOGIN NOSUPERUSER NOBYPASSRLS;` },
  );
}
