import { nextSlot } from "./next-slot.ts";
import type { Schedule } from "./schedule-schema.ts";

/** A slot that is dealt with within this time is on time, under every policy. */
export const ON_TIME_MS = 60_000;
/** `all` makes at most so many runs for slots that passed, the newest ones. */
export const MOST_RUNS_AT_ONCE = 100;
/** Slots that are looked at one by one, the newest ones; older ones were missed, whatever the policy. */
export const MOST_SLOTS_AT_ONCE = 1_000;

const HOUR_MS = 3_600_000;

export interface DueSlots {
  /** Oldest first. */
  readonly fire: readonly Date[];
  /** Passed, and by policy no run is made for them. Oldest first. */
  readonly missed: readonly Date[];
  /** Whether there were slots before these that are not listed. */
  readonly more: boolean;
  /** The first slot after now; null when there is none. */
  readonly next: Date | null;
}

/**
 * What becomes of a schedule's slots from its next one up to now. A slot that is late by a minute at most fires. Of
 * older ones `skip` fires none, `once` fires the newest unless a later one fires anyway, and `all` fires each, up to
 * `MOST_RUNS_AT_ONCE`.
 */
export function dueSlots(schedule: Schedule, nextFireAt: Date, now: Date): DueSlots {
  const next = nextSlot(schedule, now);
  const { slots, more } = slotsBetween(schedule, nextFireAt, now);
  if ("listen" in schedule || slots.length === 0) return { fire: [], missed: [], more: false, next };
  const late = slots.filter((slot) => now.getTime() - slot.getTime() > ON_TIME_MS);
  const onTime = slots.slice(late.length);
  const wanted = { skip: 0, once: onTime.length > 0 ? 0 : 1, all: MOST_RUNS_AT_ONCE }[schedule.missed];
  const caughtUp = wanted === 0 ? [] : late.slice(-wanted);
  const missed = late.slice(0, late.length - caughtUp.length);
  return { fire: [...caughtUp, ...onTime], missed, more, next };
}

/** The newest slots of `[from, to]`, found from the end, so that a long absence costs no more than a short one. */
function slotsBetween(
  schedule: Schedule,
  from: Date,
  to: Date,
): { readonly slots: readonly Date[]; readonly more: boolean } {
  if (from > to) return { slots: [], more: false };
  for (let window = HOUR_MS; ; window *= 4) {
    const start = Math.max(from.getTime(), to.getTime() - window);
    const slots: Date[] = [];
    let slot = nextSlot(schedule, new Date(start - 1));
    while (slot !== null && slot <= to) {
      slots.push(slot);
      slot = nextSlot(schedule, slot);
    }
    if (start > from.getTime() && slots.length < MOST_SLOTS_AT_ONCE) continue;
    const kept = slots.slice(-MOST_SLOTS_AT_ONCE);
    return { slots: kept, more: kept.length < slots.length || start > from.getTime() };
  }
}
