import { visibleText } from "./visible-text.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for content and for quoted attributes. */
export function htmlText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** A value in which controls are marked pictures, line ends keep their break, and spaces at the edges show. */
export function htmlValue(text: string): string {
  if (text === "") return '<i class="w">empty</i>';
  return text
    .split("\n")
    .map((line) => htmlLine(line))
    .join('<i class="w">↵</i>\n');
}

const CONTROL =
  /([\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff])/;

function htmlLine(line: string): string {
  const start = /^ */.exec(line)?.[0].length ?? 0;
  const end = Math.max(start, line.length - (/ *$/.exec(line)?.[0].length ?? 0));
  const parts = line.slice(start, end).split(CONTROL);
  const shown = parts.map((part, index) =>
    index % 2 === 1 ? mark(visibleText(part)) : htmlText(visibleText(part)),
  );
  return mark("·".repeat(start)) + shown.join("") + mark("·".repeat(line.length - end));
}

function mark(text: string): string {
  return text === "" ? "" : `<i class="w">${text}</i>`;
}
