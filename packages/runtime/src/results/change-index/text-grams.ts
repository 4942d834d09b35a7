/** Slots for what occurs in a block of changes; a slot stands for many texts. */
export const GRAM_SLOTS = 65_536;
const SHORT_SLOTS = 8_192;
const LONG_SLOTS = GRAM_SLOTS - SHORT_SLOTS;

/** One form for all cases. The final sigma depends on what follows, which a part of a text does not know. */
export function foldCase(text: string): string {
  return text.toLowerCase().replaceAll("ς", "σ");
}

/** Marks the slots of all runs of one to three code units of a folded text. */
export function markGrams(folded: string, mark: (slot: number) => void): void {
  let [before, last] = [-1, -1];
  for (let at = 0; at < folded.length; at += 1) {
    const unit = folded.charCodeAt(at);
    mark(shortSlot(unit, -1));
    if (last >= 0) mark(shortSlot(last, unit));
    if (before >= 0) mark(longSlot(before, last, unit));
    before = last;
    last = unit;
  }
}

/** Slots that are all marked wherever the folded text occurs. */
export function slotsOfText(folded: string): readonly number[] {
  if (folded.length === 1) return [shortSlot(folded.charCodeAt(0), -1)];
  if (folded.length === 2) return [shortSlot(folded.charCodeAt(0), folded.charCodeAt(1))];
  const slots = new Set<number>();
  for (let at = 2; at < folded.length && slots.size < MOST_SLOTS; at += 1)
    slots.add(longSlot(folded.charCodeAt(at - 2), folded.charCodeAt(at - 1), folded.charCodeAt(at)));
  return [...slots];
}

/** More of them make a search no more exact. */
const MOST_SLOTS = 24;

function shortSlot(first: number, second: number): number {
  return mixed(Math.imul(first, 0x9e37_79b1) ^ (second + 1)) % SHORT_SLOTS;
}

function longSlot(first: number, second: number, third: number): number {
  const all = Math.imul(Math.imul(first, 0x9e37_79b1) ^ second, 0x85eb_ca6b) ^ third;
  return SHORT_SLOTS + (mixed(all) % LONG_SLOTS);
}

function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 15), 0x2c1b_3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a_2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}
