export interface RemovalLimits {
  /** Null: however old. */
  readonly maxAgeMs: number | null;
  /** Of all together; null: however many. */
  readonly maxBytes: number | null;
}

export interface Removable {
  readonly sizeBytes: number;
  readonly createdAt: Date;
  /** Somebody reads it now: it stays, and its bytes count. */
  readonly inUse: boolean;
}

/** Which have to go: those too old, then the oldest until the rest fits. Never one in use. */
export function planRemoval<Kept extends Removable>(
  all: readonly Kept[],
  { maxAgeMs, maxBytes }: RemovalLimits,
  now: Date,
): readonly Kept[] {
  let bytes = all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const oldestFirst = [...all].sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  return oldestFirst.filter((each) => {
    const tooOld = maxAgeMs !== null && now.getTime() - each.createdAt.getTime() > maxAgeMs;
    const tooMany = maxBytes !== null && bytes > maxBytes;
    if (each.inUse || !(tooOld || tooMany)) return false;
    bytes -= each.sizeBytes;
    return true;
  });
}
