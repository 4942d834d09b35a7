import type { RowScope } from "@syncline/core";

/** Column of staged row files that only scopes see: whether a row is there only because another one refers to it. */
export const REFERENCED_COLUMN = "syncline referenced";

/** Rows of staged files with `FileRow.referenced`: inserted when missing, never updated or deleted, never roots. */
export const STAGED_REFERENCED: RowScope = {
  kind: "filter",
  filter: {
    kind: "compare",
    operator: "=",
    value: "true",
    column: {
      name: REFERENCED_COLUMN,
      type: { name: "boolean", base: "boolean", kind: "base", portable: true },
      notNull: true,
      generated: false,
      identity: null,
      hasDefault: false,
      nondeterministicCollation: null,
    },
  },
};
