import { CodedError } from "@syncline/core";
import { and, desc, eq, getTableColumns, sql } from "drizzle-orm";
import type { DocumentRow } from "../conflicts/conflict-document.ts";
import { type ConflictFilter, conflictsOf } from "../conflicts/conflict-filter.ts";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { isUuid } from "../ids.ts";
import { type Page, type PageInput, pageByAge, readAge, readLimit } from "../paging.ts";
import { conflicts, jobs, runs } from "../schema/index.ts";
import { olderThan } from "./by-age.ts";
import type { Conflict, Resolution } from "./get-conflict.ts";

/** `newest` first, or `place`: those of one job or run together, then by table and key. */
export type ConflictOrder = "newest" | "place";

export interface ListConflictsInput extends PageInput, ConflictFilter {
  readonly order?: ConflictOrder;
}

/** A conflict without its rows. */
export interface ListedConflict extends Omit<Conflict, "document"> {
  readonly key: DocumentRow;
  /** The newest one. */
  readonly resolution: Pick<Resolution, "id" | "choice" | "resolvedBy" | "resolvedAt"> | null;
}

export async function listConflicts(
  cp: ControlPlane,
  scope: Scope,
  { after, limit: wanted, order = "newest", ...filter }: ListConflictsInput = {},
): Promise<Page<ListedConflict>> {
  const limit = readLimit(wanted === undefined ? {} : { limit: wanted });
  const byAge = order === "newest" ? readAge({ after: after ?? null }) : null;
  const byPlace = order === "place" ? readPlace(after) : null;
  const { document, ...listed } = getTableColumns(conflicts);
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select({
        ...listed,
        keyNumber,
        key: sql<DocumentRow>`coalesce(${conflicts.document} -> 'key', '{}')`,
        resolution: sql<StoredResolution | null>`(
          SELECT jsonb_build_object('id', d.id, 'choice', d.choice, 'resolvedBy', d.resolved_by, 'resolvedAt', d.resolved_at)
          FROM syncline_control.resolutions d WHERE d.conflict_id = ${conflicts.id}
          ORDER BY d.resolved_at DESC, d.id DESC LIMIT 1)`,
      })
      .from(conflicts)
      .leftJoin(jobs, eq(jobs.id, conflicts.jobId))
      .leftJoin(runs, eq(runs.id, conflicts.runId))
      .where(and(conflictsOf(scope, filter), olderThan(conflicts, byAge), behind(byPlace)))
      .orderBy(
        ...(order === "place"
          ? [owner, inOrder(conflicts.tableName), inKeyOrder, inOrder(conflicts.keyText), conflicts.id]
          : [desc(conflicts.createdAt), desc(conflicts.id)]),
      )
      .limit(limit + 1),
  );
  const found = rows.map((row) => ({ ...row, resolution: resolutionOf(row.resolution) }));
  return order === "newest" ? pageByAge(found, limit) : pageByPlace(found, limit);
}

type StoredResolution = Omit<NonNullable<ListedConflict["resolution"]>, "resolvedAt"> & {
  readonly resolvedAt: string;
};

function resolutionOf(stored: StoredResolution | null): ListedConflict["resolution"] {
  return stored === null ? null : { ...stored, resolvedAt: new Date(stored.resolvedAt) };
}

const owner = sql`coalesce(${conflicts.jobId}, ${conflicts.runId})`;
/** By code points, whatever the database sorts by. */
const inOrder = (column: typeof conflicts.tableName | typeof conflicts.keyText) => sql`${column} COLLATE "C"`;
const NO_NUMBER = "9223372036854775807";
/** A key of one whole number sorts as a number, before all others. */
const keyNumber = sql<string>`(CASE WHEN ${conflicts.keyText} ~ '^\\[1,\\["-?[0-9]{1,18}"\\]\\]$'
  THEN translate(substr(${conflicts.keyText}, 6), '"]', '')::bigint ELSE ${NO_NUMBER}::bigint END)::text`;
const inKeyOrder = sql`(${keyNumber})::bigint`;

type Place = readonly [owner: string, table: string, number: string, keyText: string, id: string];

function behind(place: Place | null) {
  if (place === null) return undefined;
  const [of, table, number, keyText, id] = place;
  return sql`(${owner}, ${inOrder(conflicts.tableName)}, ${inKeyOrder}, ${inOrder(conflicts.keyText)}, ${conflicts.id})
    > (${of}::uuid, ${table}::text COLLATE "C", ${number}::bigint, ${keyText}::text COLLATE "C", ${id}::uuid)`;
}

/** @throws CodedError `request.invalid` */
function readPlace(after: string | null | undefined): Place | null {
  if (after === undefined || after === null) return null;
  try {
    const place: unknown = JSON.parse(Buffer.from(after, "base64url").toString("utf8"));
    if (isPlace(place)) return place;
  } catch {
    // Not a position at all.
  }
  throw new CodedError("request.invalid", "The position to go on from is not one that a page gave.");
}

function isPlace(value: unknown): value is Place {
  if (!Array.isArray(value) || value.length !== 5) return false;
  if (!value.every((part) => typeof part === "string")) return false;
  const [of = "", , number = "", , id = ""] = value;
  return isUuid(of) && isUuid(id) && /^-?\d{1,19}$/.test(number) && BigInt(number) <= BigInt(NO_NUMBER);
}

function pageByPlace(
  rows: readonly (ListedConflict & { readonly keyNumber: string })[],
  limit: number,
): Page<ListedConflict> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  if (last === undefined || rows.length <= limit) return { items, next: null };
  const place = [last.jobId ?? last.runId, last.tableName, last.keyNumber, last.keyText, last.id];
  return { items, next: Buffer.from(JSON.stringify(place)).toString("base64url") };
}
