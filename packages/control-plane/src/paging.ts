import { CodedError } from "@syncline/core";
import { isUuid } from "./ids.ts";

export interface PageInput {
  /** `next` of the page before. */
  readonly after?: string | null;
  /** 1 to 500; 50 when left out. */
  readonly limit?: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** For the next page; null at the end. */
  readonly next: string | null;
}

interface Aged {
  readonly createdAt: Date;
  readonly id: string;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

/** @throws CodedError `request.invalid` */
export function readLimit({ limit = DEFAULT_LIMIT }: PageInput): number {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new CodedError("request.invalid", `The limit is ${limit}; expected 1 to ${MAX_LIMIT}.`);
  return limit;
}

/** Position after which a page starts, newest first. @throws CodedError `request.invalid` */
export function readAge({ after }: PageInput): Aged | null {
  if (after === undefined || after === null) return null;
  const [milliseconds, id, ...rest] = Buffer.from(after, "base64url").toString("utf8").split("_");
  const createdAt = new Date(Number(milliseconds));
  if (id === undefined || rest.length > 0 || !isUuid(id) || Number.isNaN(createdAt.getTime()))
    throw new CodedError("request.invalid", "The position to go on from is not one that a page gave.");
  return { createdAt, id };
}

/** Cuts what was read with one row too many. */
export function pageByAge<T extends Aged>(rows: readonly T[], limit: number): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next =
    rows.length > limit && last !== undefined
      ? Buffer.from(`${last.createdAt.getTime()}_${last.id}`).toString("base64url")
      : null;
  return { items, next };
}

/** Position in rows numbered upwards. @throws CodedError `request.invalid` */
export function readNumber({ after }: PageInput): number | null {
  if (after === undefined || after === null) return null;
  const number = Number(after);
  if (!/^\d{1,16}$/.test(after) || !Number.isSafeInteger(number))
    throw new CodedError("request.invalid", "The position to go on from is not one that a page gave.");
  return number;
}
