import { diffSequences } from "./sequence-diff.ts";

export interface TextPart {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** A word, blanks, or one sign; `u` keeps characters whole. */
const WORDS = /[\p{L}\p{N}\p{M}_]+|\s+|[^\p{L}\p{N}\p{M}_\s]/gu;
/** Above it words are too many to be compared one by one while somebody waits. */
const MOST_WORDS = 20_000;
const LINES = /[^\n]*\n|[^\n]+/g;

/** What became of a text, word by word; of a long one line by line. All parts but "added" make the old text. */
export function diffText(old: string, next: string): readonly TextPart[] {
  const long = old.length + next.length > 6 * MOST_WORDS;
  const pattern = long ? LINES : WORDS;
  const [from, to] = [old.match(pattern) ?? [], next.match(pattern) ?? []];
  return diffSequences(from, to).map(({ kind, oldAt, newAt, count }) => ({
    kind,
    text: (kind === "added" ? to.slice(newAt, newAt + count) : from.slice(oldAt, oldAt + count)).join(""),
  }));
}

/** As `diffText`, with what is alike shortened to `around` characters beside what is not. */
export function shortened(parts: readonly TextPart[], around: number): readonly TextPart[] {
  return parts.map((part, at) => {
    if (part.kind !== "same") return part;
    const [first, last] = [at === 0, at === parts.length - 1];
    const most = first || last ? around : 2 * around;
    if (part.text.length <= most + 1) return part;
    const head = first ? "" : part.text.slice(0, around);
    const tail = last ? "" : part.text.slice(part.text.length - around);
    return { kind: "same", text: `${head}…${tail}` };
  });
}
