import { and, eq, sql } from "drizzle-orm";
import { now } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import { SERVICE, transact } from "../database/transact.ts";
import { schedules } from "../schema/index.ts";

export interface PlanScheduleInput {
  readonly scheduleId: string;
  /** Null: it has no further slot, or none by time. */
  readonly nextFireAt: Date | null;
  /** As it was when the slot was worked out: a schedule that was changed or planned since is left alone. */
  readonly plannedAt: Date | null;
}

/** Notes the next slot of a schedule that is new or was changed. False when somebody else has. */
export async function planSchedule(cp: ControlPlane, input: PlanScheduleInput): Promise<boolean> {
  return transact(cp, SERVICE, async ({ tx }) => {
    const planned = await tx
      .update(schedules)
      .set({ nextFireAt: input.nextFireAt, plannedAt: now })
      .where(
        and(
          eq(schedules.id, input.scheduleId),
          sql`${schedules.plannedAt} IS NOT DISTINCT FROM ${input.plannedAt?.toISOString() ?? null}::timestamptz`,
        ),
      )
      .returning({ id: schedules.id });
    return planned.length > 0;
  });
}
