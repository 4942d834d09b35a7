import { cutText, textWidth } from "./text-width.ts";

/** Two texts as what they share at the start, where they differ, and what they share at the end. */
export interface ChangedPart {
  readonly head: string;
  readonly before: string;
  readonly after: string;
  readonly tail: string;
}

/** The differing middle of two texts, never cutting a character in two. */
export function changedPart(before: string, after: string): ChangedPart {
  const a = [...before];
  const b = [...after];
  const shortest = Math.min(a.length, b.length);
  let start = 0;
  while (start < shortest && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shortest - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return {
    head: a.slice(0, start).join(""),
    before: a.slice(start, a.length - end).join(""),
    after: b.slice(start, b.length - end).join(""),
    tail: end === 0 ? "" : a.slice(-end).join(""),
  };
}

/** Like `changedPart`, but all of it when too little is shared for the rest to stand out. */
export function markedPart(before: string, after: string): ChangedPart {
  const part = changedPart(before, after);
  const shared = part.head.length + part.tail.length;
  return shared * 2 < Math.max(before.length, after.length) || shared < 4
    ? { head: "", before, after, tail: "" }
    : part;
}

/** One line of `width` columns that shows where the text differs, with the differing part painted. */
export function fitChanged(
  head: string,
  changed: string,
  tail: string,
  width: number,
  paint: (text: string) => string,
): string {
  const room = width - textWidth(changed);
  if (room <= 2) return paint(cutText((head === "" ? "" : "…") + changed, width));
  const tailWidth = textWidth(tail);
  const headRoom = Math.max(room - tailWidth, Math.floor(room / 2));
  const shownHead = endOf(head, headRoom);
  const shownTail = cutText(tail, room - textWidth(shownHead));
  return shownHead + paint(changed) + shownTail;
}

/** The text's end that fits, with … in place of what does not. */
export function endOf(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const characters = [...text];
  let used = 1;
  let index = characters.length;
  while (index > 0) {
    const next = textWidth(characters[index - 1] ?? "");
    if (used + next > width) break;
    used += next;
    index -= 1;
  }
  return width < 1 ? "" : `…${characters.slice(index).join("")}`;
}
