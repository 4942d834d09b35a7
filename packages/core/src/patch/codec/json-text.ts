// What a terminal could obey although JSON allows it bare: DEL, C1 controls, line separators, direction changes.
const BARE_CONTROL = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const EACH_BARE_CONTROL = new RegExp(BARE_CONTROL, "g");

/** A JSON string that can be printed anywhere: every control character is an escape. */
export function jsonText(text: string): string {
  const json = JSON.stringify(text);
  return BARE_CONTROL.test(json) ? json.replace(EACH_BARE_CONTROL, escaped) : json;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
