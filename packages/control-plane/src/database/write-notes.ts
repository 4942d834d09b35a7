import { sql } from "drizzle-orm";
import type { Call } from "../control-plane.ts";
import * as schema from "../schema/index.ts";
import type { Change, NewEvent } from "./change.ts";
import type { Transaction } from "./open-database.ts";

/** Payload of a notification: organization, run (or nothing) and the event's id, with colons between. */
export const EVENT_CHANNEL = "syncline_events";

/** Tells sweepers that units may have become ready, so that a run need not wait for their next round. */
export const WORK_CHANNEL = "syncline_work";

/** First half of the advisory locks of event writers. */
const EVENT_LOCK = 0x53594e45;

export async function writeNotes(change: Change): Promise<void> {
  // The end of an organization's chain is locked until the commit: in one order, and before the locks of events.
  const notes = change.notes.toSorted((one, other) => compareText(ownerOf(one.call), ownerOf(other.call)));
  if (notes.length > 0)
    await change.tx.insert(schema.auditEntries).values(
      notes.map(({ call, note }) => ({
        organizationId: call.scope.organizationId,
        projectId: call.scope.projectId === "" ? null : call.scope.projectId,
        actor: call.actor,
        userId: call.userId ?? null,
        requestId: call.requestId ?? null,
        action: note.action,
        subjectKind: note.subjectKind,
        subjectId: note.subjectId,
        detail: note.detail ?? {},
      })),
    );
  await writeEvents(change.tx, change.events);
  const moves = change.events.some(({ type }) => type.startsWith("run.") && type !== "run.progress");
  if (moves || change.wakes) await change.tx.execute(sql`SELECT pg_notify(${WORK_CHANNEL}, '')`);
}

const ownerOf = ({ scope }: Call) => scope.organizationId;
const compareText = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

/**
 * Numbers are drawn under a lock per organization that is held until the commit, so that within one organization they
 * become visible in their order: whoever resumes after a number has missed nothing before it. Called last in a
 * transaction, after every row lock, so that it cannot be part of a deadlock.
 */
export async function writeEvents(tx: Transaction, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const organizations = [...new Set(events.map((event) => event.organizationId))].sort();
  for (const organization of organizations)
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${EVENT_LOCK}::int, hashtext(${organization}))`);
  const written = await tx
    .insert(schema.events)
    .values(
      events.map(({ organizationId, runId, type, payload }) => ({
        organizationId,
        runId: runId ?? null,
        type,
        payload,
      })),
    )
    .returning({
      id: schema.events.id,
      organizationId: schema.events.organizationId,
      runId: schema.events.runId,
    });
  for (const { id, organizationId, runId } of written)
    await tx.execute(sql`SELECT pg_notify(${EVENT_CHANNEL}, ${`${organizationId}:${runId ?? ""}:${id}`})`);
}
