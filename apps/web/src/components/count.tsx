import { countText } from "./number-text.ts";

/** A number in figures of one width. */
export function Count({ value }: { readonly value: number }) {
  return <span className="sl-mono">{countText(value)}</span>;
}
