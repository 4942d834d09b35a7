import { changedParts } from "./changed-parts.ts";
import { diffSequences } from "./sequence-diff.ts";

export interface TextPart {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** A word, blanks, or one sign; `u` keeps characters whole. */
const WORDS = /[\p{L}\p{N}\p{M}_]+|\s+|[^\p{L}\p{N}\p{M}_\s]/gu;
const WORD_END = /[\p{L}\p{N}\p{M}_]+$/u;
const WORD_START = /^[\p{L}\p{N}\p{M}_]+/u;
const LONGEST_WORD = 60;
/** Above it words are too many to be compared one by one while somebody waits. */
const MOST_WORDS = 20_000;
const LINES = /[^\n]*\n|[^\n]+/g;

/** What became of a text, word by word; of a long one line by line. All parts but "added" make the old text. */
export function diffText(old: string, next: string): readonly TextPart[] {
  // What both begin and end with is not looked into, however long it is; words and lines stay whole.
  const { before, old: gone, new: come, after } = changedParts(old, next);
  const long = gone.length + come.length > 6 * MOST_WORDS;
  const start =
    before.length -
    (long ? before.length - 1 - before.lastIndexOf("\n") : lengthOf(WORD_END, before.slice(-LONGEST_WORD)));
  const end =
    after.length - (long ? after.indexOf("\n") + 1 : lengthOf(WORD_START, after.slice(0, LONGEST_WORD)));
  const parts: readonly TextPart[] = [
    { kind: "same", text: old.slice(0, start) },
    ...diffWords(old.slice(start, old.length - end), next.slice(start, next.length - end)),
    { kind: "same", text: old.slice(old.length - end) },
  ];
  return joined(parts);
}

function lengthOf(pattern: RegExp, text: string): number {
  return pattern.exec(text)?.[0].length ?? 0;
}

/** Neighbours of one kind as one, without empty ones. */
function joined(parts: readonly TextPart[]): readonly TextPart[] {
  const all: TextPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (part.text === "") continue;
    if (last?.kind === part.kind) all[all.length - 1] = { ...last, text: last.text + part.text };
    else all.push(part);
  }
  return all;
}

function diffWords(old: string, next: string): readonly TextPart[] {
  const long = old.length + next.length > 6 * MOST_WORDS;
  const pattern = long ? LINES : WORDS;
  const [from, to] = [old.match(pattern) ?? [], next.match(pattern) ?? []];
  return diffSequences(from, to).map(({ kind, oldAt, newAt, count }) => ({
    kind,
    text: (kind === "added" ? to.slice(newAt, newAt + count) : from.slice(oldAt, oldAt + count)).join(""),
  }));
}

/** Characters of one part that came or went. */
const MOST_CHANGED = 4_000;

/** As `diffText`, with what is alike shortened to `around` characters beside what is not, and very long changes cut. */
export function shortened(parts: readonly TextPart[], around: number): readonly TextPart[] {
  return parts.map((part, at) => {
    if (part.kind !== "same") {
      const { length } = part.text;
      if (length <= MOST_CHANGED) return part;
      const more = (length - MOST_CHANGED).toLocaleString("en-US");
      return { ...part, text: `${part.text.slice(0, MOST_CHANGED)}… and ${more} more characters` };
    }
    const [first, last] = [at === 0, at === parts.length - 1];
    const most = first || last ? around : 2 * around;
    if (part.text.length <= most + 1) return part;
    const head = first ? "" : part.text.slice(0, around);
    const tail = last ? "" : part.text.slice(part.text.length - around);
    return { kind: "same", text: `${head}…${tail}` };
  });
}
