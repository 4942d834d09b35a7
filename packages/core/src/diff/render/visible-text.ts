// Everything that a terminal would obey or not show: controls, and characters that hide or reorder others.
const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

const NAMED: ReadonlyMap<string, string> = new Map([
  ["\n", "↵"],
  ["\r", "␍"],
  ["\t", "⇥"],
  ["\u007f", "␡"],
]);

/** Text in which nothing is invisible: controls become their pictures (␛), others their code (‹U+202E›). */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, visibleCharacter);
}

function visibleCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const named = NAMED.get(character);
  if (named !== undefined) return named;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
}
