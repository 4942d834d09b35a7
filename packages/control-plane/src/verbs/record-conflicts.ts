import { and, eq, inArray, sql } from "drizzle-orm";
import { now } from "../clock.ts";
import { type ConflictDocument, documentOf, type MetConflict } from "../conflicts/conflict-document.ts";
import { ownedConflicts } from "../conflicts/conflict-owner.ts";
import type { ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { transact } from "../database/transact.ts";
import { conflicts } from "../schema/index.ts";

export interface RecordConflictsInput {
  readonly organizationId: string;
  /** Null for a run without a job. */
  readonly jobId: string | null;
  readonly runId: string;
  /** Conflicts of tables outside these are left as they are. */
  readonly tables: readonly string[] | "all";
  readonly open: readonly MetConflict[];
  /** Further ones for which `open` had no room: what was not met may be among them, and stays. */
  readonly left?: number;
  /** Conflicts whose decision was carried out, or stands without anything to be written. */
  readonly decided: readonly {
    readonly table: string;
    readonly keyText: string;
    readonly state: "applied" | "standing";
  }[];
  /** Decisions whose conflict is gone were carried out by a run that did not come to its end. */
  readonly recovered: boolean;
}

export interface RecordedConflicts {
  readonly opened: number;
  readonly closed: number;
}

/** Rows of one statement: a parameter each for nine columns. */
const AT_ONCE = 500;

/**
 * What a run met: each conflict is kept once while its row stays as it is; one whose row changed or became equal is
 * superseded, one whose decision was carried out is applied.
 */
export async function recordConflicts(
  cp: ControlPlane,
  input: RecordConflictsInput,
): Promise<RecordedConflicts> {
  return transact(cp, input.organizationId, async (change) => {
    const live = await change.tx
      .select({
        id: conflicts.id,
        tableName: conflicts.tableName,
        keyText: conflicts.keyText,
        state: conflicts.state,
        kind: conflicts.kind,
        versions: sql<string>`${conflicts.document} ->> 'versions'`,
      })
      .from(conflicts)
      .where(
        and(
          eq(conflicts.organizationId, input.organizationId),
          ownedConflicts(input),
          inArray(conflicts.state, ["open", "resolved"]),
        ),
      )
      .for("update");
    const met = new Map(input.open.map((each) => [nameOf(each.conflict.table, each.keyText), each]));
    const decided = new Map(input.decided.map((each) => [nameOf(each.table, each.keyText), each.state]));
    const { tables } = input;
    const isCovered = (table: string) => tables === "all" || tables.includes(table);
    const ends = {
      seen: [] as string[],
      reopened: [] as string[],
      applied: [] as string[],
      superseded: [] as string[],
    };
    for (const row of live) {
      const name = nameOf(row.tableName, row.keyText);
      const again = met.get(name);
      if (again?.versions === row.versions) {
        // A decision that could not be carried out is no longer one.
        ends[row.state === "resolved" ? "reopened" : "seen"].push(row.id);
        if (row.kind !== again.conflict.kind)
          await change.tx.update(conflicts).set(contentOf(again)).where(eq(conflicts.id, row.id));
        met.delete(name);
      } else if (again !== undefined) ends.superseded.push(row.id);
      else if (decided.get(name) === "standing") ends.seen.push(row.id);
      else if (decided.get(name) === "applied") ends.applied.push(row.id);
      else if ((input.left ?? 0) === 0 && isCovered(row.tableName))
        ends[row.state === "resolved" && input.recovered ? "applied" : "superseded"].push(row.id);
    }
    await update(change, [...ends.seen, ...ends.reopened], { seenAt: now, runId: input.runId });
    await update(change, ends.reopened, { state: "open" });
    await update(change, ends.applied, { state: "applied", closedAt: now, runId: input.runId });
    await update(change, ends.superseded, { state: "superseded", closedAt: now });
    const fresh = [...met.values()];
    for (let at = 0; at < fresh.length; at += AT_ONCE)
      await insert(change, input, fresh.slice(at, at + AT_ONCE));
    tell(change, input, fresh.length);
    return { opened: fresh.length, closed: ends.applied.length + ends.superseded.length };
  });
}

const nameOf = (table: string, keyText: string) => JSON.stringify([table, keyText]);

type Changes = Partial<Record<"seenAt" | "closedAt", typeof now>> & {
  readonly runId?: string;
  readonly state?: "open" | "applied" | "superseded";
};

async function update({ tx }: Change, ids: readonly string[], changes: Changes): Promise<void> {
  for (let at = 0; at < ids.length; at += AT_ONCE)
    await tx
      .update(conflicts)
      .set(changes)
      .where(inArray(conflicts.id, ids.slice(at, at + AT_ONCE)));
}

async function insert(
  { tx }: Change,
  { organizationId, jobId, runId }: RecordConflictsInput,
  met: readonly MetConflict[],
): Promise<void> {
  await tx.insert(conflicts).values(
    met.map((each) => ({
      organizationId,
      jobId,
      runId,
      tableName: each.conflict.table,
      keyText: each.keyText,
      ...contentOf(each),
    })),
  );
}

/** The same versions can be held for another reason than before, as under other rules. */
function contentOf(met: MetConflict) {
  const document: ConflictDocument = documentOf(met);
  const { kind, columns } = met.conflict;
  return { kind, columns: [...columns], document };
}

/** One event a cycle: who is alerted wants a number, not a message for each row. */
function tell(change: Change, { organizationId, jobId, runId }: RecordConflictsInput, opened: number): void {
  if (opened > 0)
    change.emit({
      organizationId,
      runId,
      type: "conflicts.opened",
      payload: { jobId, runId, count: opened },
    });
}
