import { CodedError } from "@syncline/core";
import { type SQL, sql } from "drizzle-orm";
import type { PageInput } from "../paging.ts";

/** Of the last entry that was seen. */
export interface TimelinePosition {
  readonly at: Date;
  readonly id: string;
}

/** @throws CodedError `request.invalid` */
export function readTimelinePosition({ after }: PageInput): TimelinePosition | null {
  if (after === undefined || after === null) return null;
  const found = /^(\d{1,16})_([a-z]+:[\w:-]{1,200})$/.exec(Buffer.from(after, "base64url").toString("utf8"));
  const at = new Date(Number(found?.[1]));
  if (found?.[2] === undefined || Number.isNaN(at.getTime()))
    throw new CodedError("request.invalid", "The position to go on from is not one that a page gave.");
  return { at, id: found[2] };
}

export const formatTimelinePosition = ({ at, id }: TimelinePosition): string =>
  Buffer.from(`${at.getTime()}_${id}`).toString("base64url");

/** Entries are in one order over all their sources: of one instant by id, byte by byte. */
export const newestFirst = (one: TimelinePosition, other: TimelinePosition): number =>
  other.at.getTime() - one.at.getTime() || (one.id < other.id ? 1 : -1);

/** A page of one source, and one entry more. */
export function cutTimeline(
  source: SQL,
  { position, limit }: { readonly position: TimelinePosition | null; readonly limit: number },
): SQL {
  const at = sql`${position?.at.toISOString() ?? null}::timestamptz`;
  const older =
    position === null
      ? sql`true`
      : sql`at <= ${at} AND (at, id COLLATE "C") < (${at}, ${position.id} COLLATE "C")`;
  return sql`SELECT * FROM (${source}) told WHERE ${older} ORDER BY at DESC, id COLLATE "C" DESC LIMIT ${limit + 1}`;
}
