import { isUuid } from "../ids.ts";

/** The service itself, across organizations. */
export const SERVICE = Symbol("service");

/** For whom a query runs: an organization by its id, which sees its own rows alone, or the service. */
export type Who = string | typeof SERVICE;

/** The role that connects: it owns the tables, and sees no rows of organizations. */
export const LOGIN = Symbol("login");

/** Owns nothing, and sees the rows of the organization that the transaction names. */
export const TENANT_ROLE = "syncline_tenant";
/** Owns nothing, and sees the rows of all organizations. */
export const SERVICE_ROLE = "syncline_service";
/** Setting of a transaction that names its organization; the policies of all tables read it. */
const ORGANIZATION = "syncline.organization";

/** What a transaction begins with, in one message: when a part of it fails, every later statement is refused. */
export function beginFor(who: Who | typeof LOGIN, { readOnly }: { readonly readOnly: boolean }): string {
  const begin = readOnly ? "BEGIN READ ONLY" : "BEGIN";
  return who === LOGIN ? begin : `${begin}; ${actAs(who)}`;
}

/** Takes a role for the rest of the transaction. */
export function actAs(who: Who): string {
  if (who === SERVICE) return `SET LOCAL ROLE ${SERVICE_ROLE}`;
  // It becomes part of a statement's text.
  if (!isUuid(who)) throw new Error("the id of an organization is not a UUID");
  return `SET LOCAL ROLE ${TENANT_ROLE}; SET LOCAL ${ORGANIZATION} = '${who}'`;
}

/**
 * For whom something runs within the transaction of somebody else. What the service asks for within an organization's
 * sees that organization alone; nobody gets more rights by joining.
 */
export function assertJoins(outer: Who, inner: Who): void {
  if (inner === outer || (inner === SERVICE && outer !== SERVICE)) return;
  throw new Error(
    outer === SERVICE
      ? "a verb of an organization joined a transaction of the service"
      : "a verb of one organization joined the transaction of another",
  );
}
