import { isUuid } from "../ids.ts";

/** The service itself, across organizations. */
export const SERVICE = Symbol("service");

/** For whom a query runs: an organization by its id, which sees its own rows alone, or the service. */
export type Who = string | typeof SERVICE;

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

/** @throws Error when it is no id: it becomes part of a statement's text */
export function organizationOf(who: string): string {
  if (!isUuid(who)) throw new Error("the id of an organization is not a UUID");
  return who.toLowerCase();
}
