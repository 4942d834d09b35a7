export type ChangeKind = "insert" | "update" | "delete";

export const KIND_GLYPHS: Readonly<Record<ChangeKind, string>> = { insert: "+", update: "~", delete: "−" };
export const KIND_WORDS: Readonly<Record<ChangeKind, string>> = {
  insert: "inserted",
  update: "updated",
  delete: "deleted",
};

/** The sign of a kind of change, told by its shape as well as by its colour. */
export function KindGlyph({ kind }: { readonly kind: ChangeKind }) {
  return (
    <span
      role="img"
      aria-label={KIND_WORDS[kind]}
      title={KIND_WORDS[kind]}
      className={`sl-mono sl-tint-${kind}`}
      style={{
        display: "inline-block",
        width: "1.4em",
        textAlign: "center",
        borderRadius: 3,
        fontWeight: 700,
      }}
    >
      {KIND_GLYPHS[kind]}
    </span>
  );
}
