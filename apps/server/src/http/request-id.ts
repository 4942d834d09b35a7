import { randomUUID } from "node:crypto";

const SANE = /^[A-Za-z0-9_.-]{8,100}$/;

/** The caller's own id where it can stand in a log line, else a new one. */
export function requestIdOf(header: string | undefined): string {
  return header !== undefined && SANE.test(header) ? header : randomUUID();
}
