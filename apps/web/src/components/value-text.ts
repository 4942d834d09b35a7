/** One stretch of a value: shown as it is, or as a sign for what cannot be seen. */
export interface ValuePart {
  readonly text: string;
  readonly hidden: boolean;
}

const CONTROL =
  /[\u0000-\u001f\u007f-\u00a0\u00ad\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ufeff]/;
const JOINER = "\u200d";
const PICTURE = /\p{Extended_Pictographic}/u;
const BEFORE_JOINER = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u;
const SIGNS: Readonly<Record<string, string>> = {
  "\t": "⇥",
  "\n": "⏎",
  "\r": "␍",
  "\u00a0": "⍽",
  "\u3000": "⍽",
};

/**
 * A text with everything invisible made visible: blanks at both ends and in rows, tabs, ends of lines, no-break and
 * zero-width characters, and the marks that change the direction of writing, which could make a value read as another.
 */
export function visibleParts(text: string): readonly ValuePart[] {
  const parts: { text: string; hidden: boolean }[] = [];
  const add = (piece: string, hidden: boolean) => {
    const last = parts.at(-1);
    if (last !== undefined && last.hidden === hidden) last.text += piece;
    else parts.push({ text: piece, hidden });
  };
  const letters = [...text];
  const first = letters.findIndex((letter) => letter !== " ");
  const end = letters.findLastIndex((letter) => letter !== " ");
  for (const [at, letter] of letters.entries()) {
    const doubled = letter === " " && (letters[at + 1] === " " || letters[at - 1] === " ");
    if (letter === " " && (first < 0 || at < first || at > end || doubled)) add("·", true);
    else if (letter === JOINER && isWithinEmoji(letters, at)) add(letter, false);
    else if (CONTROL.test(letter)) add(SIGNS[letter] ?? `⟨${codePoint(letter)}⟩`, true);
    else add(letter, false);
  }
  return parts;
}

/** A family or a flag is several signs that are joined; it is seen, and so is that it is one. */
function isWithinEmoji(letters: readonly string[], at: number): boolean {
  return BEFORE_JOINER.test(letters[at - 1] ?? "") && PICTURE.test(letters[at + 1] ?? "");
}

function codePoint(letter: string): string {
  return `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
