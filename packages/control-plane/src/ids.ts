import { CodedError } from "@syncline/core";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Ids come from outside: one that cannot be any row's is answered like one that is not there. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

export function notFound(kind: string, id: string): CodedError {
  return new CodedError("resource.not_found", `There is no ${kind} "${id.slice(0, 200)}".`);
}

/** @throws CodedError `resource.not_found` */
export function assertId(kind: string, id: string): void {
  if (!isUuid(id)) throw notFound(kind, id);
}

/** @throws CodedError `resource.not_found` */
export function found<T>(row: T | undefined, kind: string, id: string): T {
  if (row === undefined) throw notFound(kind, id);
  return row;
}
