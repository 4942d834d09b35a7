/** A value beside what it became: the same beginning, what differs, the same end. */
export interface ChangedParts {
  readonly before: string;
  readonly old: string;
  readonly new: string;
  readonly after: string;
}

/** Splits two texts around what differs; never within a character, so that both halves stay readable. */
export function changedParts(old: string, next: string): ChangedParts {
  let start = 0;
  const shorter = Math.min(old.length, next.length);
  while (start < shorter && old.charCodeAt(start) === next.charCodeAt(start)) start += 1;
  if (start > 0 && isHighSurrogate(old.charCodeAt(start - 1))) start -= 1;
  let end = 0;
  while (
    end < shorter - start &&
    old.charCodeAt(old.length - 1 - end) === next.charCodeAt(next.length - 1 - end)
  )
    end += 1;
  if (end > 0 && isLowSurrogate(old.charCodeAt(old.length - end))) end -= 1;
  return {
    before: old.slice(0, start),
    old: old.slice(start, old.length - end),
    new: next.slice(start, next.length - end),
    after: old.slice(old.length - end),
  };
}

export interface ShownPart {
  readonly text: string;
  readonly changed: boolean;
}

export interface ShownChange {
  readonly old: readonly ShownPart[];
  readonly new: readonly ShownPart[];
}

/** Characters that stand before what differs when the beginning does not fit. */
const LEAD = 8;

/**
 * Two short lines of which each shows what differs: of long values the part around it, with "…" for what is left out.
 * Where hardly anything is alike nothing is marked, as all of it is new.
 */
export function shownChange(old: string, next: string, limit: number): ShownChange {
  const parts = changedParts(old, next);
  const fits = Math.max(old.length, next.length) <= limit;
  const lead =
    !fits && parts.before.length + LEAD > limit / 2 ? lastCharacters(parts.before, LEAD) : parts.before;
  const cut = lead.length < parts.before.length;
  const alike = parts.before.length + parts.after.length;
  const marks = alike > 0 && alike * 3 >= Math.min(old.length, next.length);
  const line = (middle: string): readonly ShownPart[] => {
    const room = Math.max(0, limit - lead.length - (cut ? 1 : 0));
    const shownMiddle = firstCharacters(middle, room);
    const shownAfter = firstCharacters(parts.after, room - shownMiddle.length);
    const isCut = shownMiddle.length + shownAfter.length < middle.length + parts.after.length;
    return [
      { text: (cut ? "…" : "") + lead, changed: false },
      { text: shownMiddle, changed: marks },
      { text: shownAfter + (isCut ? "…" : ""), changed: false },
    ].filter(({ text }) => text !== "");
  };
  return { old: line(parts.old), new: line(parts.new) };
}

function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text;
  const cut = text.slice(0, Math.max(0, count));
  return isHighSurrogate(cut.charCodeAt(cut.length - 1)) ? cut.slice(0, -1) : cut;
}

function lastCharacters(text: string, count: number): string {
  if (text.length <= count) return text;
  const cut = text.slice(text.length - count);
  return isLowSurrogate(cut.charCodeAt(0)) ? cut.slice(1) : cut;
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;
