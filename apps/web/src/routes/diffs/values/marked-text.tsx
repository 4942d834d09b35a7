import { visibleParts } from "../../../components/value-text.ts";
import type { ShownPart } from "./changed-parts.ts";

/** A value with what differs marked, and everything invisible in that made visible. */
export function MarkedText({ parts }: { readonly parts: readonly ShownPart[] }) {
  return (
    <bdi className="sl-mono">
      {parts.map(({ text, changed }, at) => {
        const visible = changed ? visibleParts(text) : innerParts(text);
        const shown = visible.map((part, place) =>
          part.hidden ? (
            <span key={place} className="sl-invisible">
              {part.text}
            </span>
          ) : (
            part.text
          ),
        );
        return changed ? <mark key={at}>{shown}</mark> : <span key={at}>{shown}</span>;
      })}
    </bdi>
  );
}

const BESIDE = "|";

/** Of a part within a value: blanks at its ends are not those of the value. */
function innerParts(text: string): readonly { readonly text: string; readonly hidden: boolean }[] {
  const parts = visibleParts(BESIDE + text + BESIDE);
  return parts.flatMap((part, at) => {
    let shown = part.text;
    if (at === 0) shown = shown.slice(BESIDE.length);
    if (at === parts.length - 1) shown = shown.slice(0, -BESIDE.length);
    return shown === "" ? [] : [{ ...part, text: shown }];
  });
}
