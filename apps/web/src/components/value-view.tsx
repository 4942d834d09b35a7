import { visibleParts } from "./value-text.ts";

interface ValueViewProps {
  /** Text of a value; null: NULL. */
  readonly value: string | null | undefined;
  /** Characters that are shown at most. */
  readonly limit?: number;
}

/**
 * A value as the database holds it. NULL differs from an empty text, and whitespace is seen. Never read as HTML, and
 * isolated from the direction of what stands around it.
 */
export function ValueView({ value, limit = 200 }: ValueViewProps) {
  if (value === undefined) return <span className="sl-null">·</span>;
  if (value === null) return <span className="sl-mono sl-null">NULL</span>;
  if (value === "") return <span className="sl-mono sl-null">empty</span>;
  const cut = value.length > limit;
  return (
    <bdi className="sl-mono sl-value">
      {visibleParts(cut ? value.slice(0, limit) : value).map(({ text, hidden }, at) =>
        hidden ? (
          <span key={at} className="sl-invisible">
            {text}
          </span>
        ) : (
          text
        ),
      )}
      {cut && "…"}
    </bdi>
  );
}
