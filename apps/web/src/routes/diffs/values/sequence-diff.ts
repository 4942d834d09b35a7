/** Items that stay, go or come, in order. */
export interface SequenceStep {
  readonly kind: "same" | "removed" | "added";
  /** In the old sequence; of "added" where it would stand. */
  readonly oldAt: number;
  readonly newAt: number;
  readonly count: number;
}

/** Work, in steps, after which the rest is taken as replaced as a whole. */
const MOST_STEPS = 400_000;

/**
 * The shortest way from one sequence to another (E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986).
 * Sequences that differ in too much are said to be replaced between what they begin and end with.
 */
export function diffSequences(old: readonly string[], next: readonly string[]): readonly SequenceStep[] {
  let start = 0;
  const shorter = Math.min(old.length, next.length);
  while (start < shorter && old[start] === next[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === next[next.length - 1 - end]) end += 1;
  const steps = new StepList();
  steps.add("same", start);
  middleSteps(old.slice(start, old.length - end), next.slice(start, next.length - end), steps);
  steps.add("same", end);
  return steps.steps;
}

function middleSteps(old: readonly string[], next: readonly string[], steps: StepList): void {
  const trace = old.length === 0 || next.length === 0 ? null : shortestTrace(old, next);
  if (trace === null) {
    steps.add("removed", old.length);
    steps.add("added", next.length);
    return;
  }
  for (const kind of walkBack(trace, old.length, next.length)) steps.add(kind, 1);
}

/** The furthest points of each diagonal after every number of edits; null: it takes too many. */
function shortestTrace(old: readonly string[], next: readonly string[]): readonly Int32Array[] | null {
  const most = old.length + next.length;
  const trace: Int32Array[] = [];
  let furthest = new Int32Array([0, 0, 0]);
  let work = 0;
  for (let edits = 0; edits <= most; edits += 1) {
    // Index of a diagonal k is k + edits + 1, so that both neighbours exist.
    const now = new Int32Array(2 * edits + 3);
    for (let k = -edits; k <= edits; k += 2) {
      const at = (diagonal: number) => furthest[diagonal + edits] ?? 0;
      const down = k === -edits || (k !== edits && at(k - 1) < at(k + 1));
      let x = edits === 0 ? 0 : down ? at(k + 1) : at(k - 1) + 1;
      while (x < old.length && x - k < next.length && old[x] === next[x - k]) x += 1;
      now[k + edits + 1] = x;
      if (x >= old.length && x - k >= next.length) {
        trace.push(now);
        return trace;
      }
    }
    work += edits + 1;
    if (work > MOST_STEPS) return null;
    trace.push(now);
    furthest = now;
  }
  return null;
}

function walkBack(
  trace: readonly Int32Array[],
  oldLength: number,
  newLength: number,
): readonly SequenceStep["kind"][] {
  const kinds: SequenceStep["kind"][] = [];
  let x = oldLength;
  let y = newLength;
  for (let edits = trace.length - 1; edits > 0; edits -= 1) {
    const before = trace[edits - 1] ?? new Int32Array(3);
    const at = (diagonal: number) => before[diagonal + edits] ?? 0;
    const k = x - y;
    const down = k === -edits || (k !== edits && at(k - 1) < at(k + 1));
    const fromX = down ? at(k + 1) : at(k - 1);
    const fromY = fromX - (down ? k + 1 : k - 1);
    while (x > (down ? fromX : fromX + 1) && y > (down ? fromY + 1 : fromY)) {
      kinds.push("same");
      x -= 1;
      y -= 1;
    }
    kinds.push(down ? "added" : "removed");
    x = fromX;
    y = fromY;
  }
  while (x > 0 && y > 0) {
    kinds.push("same");
    x -= 1;
    y -= 1;
  }
  return kinds.reverse();
}

/** Joins neighbours of one kind. */
class StepList {
  readonly steps: SequenceStep[] = [];
  #oldAt = 0;
  #newAt = 0;

  add(kind: SequenceStep["kind"], count: number): void {
    if (count === 0) return;
    const last = this.steps.at(-1);
    if (last !== undefined && last.kind === kind)
      this.steps[this.steps.length - 1] = { ...last, count: last.count + count };
    else this.steps.push({ kind, oldAt: this.#oldAt, newAt: this.#newAt, count });
    if (kind !== "added") this.#oldAt += count;
    if (kind !== "removed") this.#newAt += count;
  }
}
