export interface DumpLimits {
  readonly maxAgeMs: number;
  /** Of all dumps together. */
  readonly maxBytes: number;
  /** Of the disk. */
  readonly minFreeBytes: number;
}

/** A dump as far as cleaning up is concerned. */
export interface CleanableDump {
  readonly name: string;
  readonly job: string;
  readonly at: Date;
  readonly bytes: number;
  /** There, and as large as it was written. */
  readonly whole: boolean;
}

export interface CleanupInput<Dump extends CleanableDump> {
  readonly dumps: readonly Dump[];
  readonly limits: DumpLimits;
  readonly now: Date;
  readonly freeBytes: number;
  readonly isRead: (name: string) => boolean;
}

/** What has to go, oldest first: never the newest whole dump of a job, never one that is being read. */
export function planCleanup<Dump extends CleanableDump>(input: CleanupInput<Dump>): readonly Dump[] {
  const { dumps, limits, now, freeBytes, isRead } = input;
  const newest = newestOfJobs(dumps);
  const removable = dumps.filter((dump) => !newest.has(dump) && !isRead(dump.name)).sort(byAge);
  const removed: Dump[] = [];
  let total = dumps.reduce((sum, { bytes }) => sum + bytes, 0);
  let free = freeBytes;
  for (const dump of removable) {
    const tooOld = now.getTime() - dump.at.getTime() > limits.maxAgeMs;
    if (!tooOld && total <= limits.maxBytes && free >= limits.minFreeBytes) continue;
    removed.push(dump);
    total -= dump.bytes;
    free += dump.bytes;
  }
  return removed;
}

function newestOfJobs<Dump extends CleanableDump>(dumps: readonly Dump[]): ReadonlySet<Dump> {
  const newest = new Map<string, Dump>();
  for (const dump of dumps) {
    const before = newest.get(dump.job);
    if (dump.whole && (before === undefined || byAge(before, dump) < 0)) newest.set(dump.job, dump);
  }
  return new Set(newest.values());
}

function byAge(a: CleanableDump, b: CleanableDump): number {
  return a.at.getTime() - b.at.getTime() || (a.name < b.name ? -1 : 1);
}
