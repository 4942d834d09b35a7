// Escaped in literals so that every statement stays on one line and nothing reaches a terminal or psql bare.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\\]/;
const EACH_CONTROL = new RegExp(CONTROL, "g");

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, "0");
}

/** An SQL string on one line that reads the same under any `standard_conforming_strings`. */
export function sqlText(text: string): string {
  const quoted = text.replaceAll("'", "''");
  if (!CONTROL.test(quoted)) return `'${quoted}'`;
  const escaped = quoted.replace(EACH_CONTROL, (character) => {
    if (character === "\\") return "\\\\";
    return character === "\n" ? "\\n" : `\\u${hex(character)}`;
  });
  return `E'${escaped}'`;
}

/** An SQL identifier on one line; one with control characters needs `standard_conforming_strings`, which the script sets. */
export function sqlName(name: string): string {
  const quoted = name.replaceAll('"', '""');
  if (!CONTROL.test(quoted)) return `"${quoted}"`;
  return `U&"${quoted.replace(EACH_CONTROL, (character) => (character === "\\" ? "\\\\" : `\\${hex(character)}`))}"`;
}
