const STYLES = /\u001b\[\d+m/g;

export type Alignment = "left" | "right";

/** Columns of even width, two blanks between them; colours do not count, the last column is not padded. */
export function formatColumns(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): string[] {
  const widths = alignments.map((_, column) =>
    Math.max(0, ...rows.map((row) => visibleLength(row[column] ?? ""))),
  );
  return rows.map((row) =>
    alignments
      .map((alignment, column) => pad(row[column] ?? "", widths[column] ?? 0, alignment))
      .join("  ")
      .trimEnd(),
  );
}

function pad(text: string, width: number, alignment: Alignment): string {
  const blanks = " ".repeat(Math.max(0, width - visibleLength(text)));
  return alignment === "right" ? blanks + text : text + blanks;
}

function visibleLength(text: string): number {
  return [...text.replaceAll(STYLES, "")].length;
}
