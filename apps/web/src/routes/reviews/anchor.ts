import type { AnswerOf, reviews } from "@syncline/api";

export type Comment = AnswerOf<typeof reviews.commentOnReview>;
/** What a comment is about: the whole (null), a table, a row, a cell, or a statement by its number. */
export type Anchor = NonNullable<Comment["anchor"]>;

/** A row's key as comments name it: the value itself, or a JSON array of several. */
export function keyText(key: unknown): string {
  const values = typeof key === "object" && key !== null ? Object.values(key) : [];
  return values.length === 1 && typeof values[0] === "string" ? values[0] : JSON.stringify(values);
}

/** What keys of the row start with, for filters: the first value of several. */
export function keyStart(key: string | undefined): string | undefined {
  if (key === undefined || !key.startsWith("[")) return key;
  try {
    const values: unknown = JSON.parse(key);
    return Array.isArray(values) && typeof values[0] === "string" ? values[0] : key;
  } catch {
    return key;
  }
}

/** The same text for anchors of the same place; of the whole it is empty. */
export function anchorName(anchor: Anchor | null): string {
  if (anchor === null) return "";
  const { table, key, column, statement } = anchor;
  if (statement !== undefined) return JSON.stringify([statement]);
  return table === undefined ? "" : JSON.stringify([table, key ?? null, column ?? null]);
}

/** "products / SKU-00014 / price", "statement 3", "the whole". */
export function anchorText(anchor: Anchor | null): string {
  if (anchor === null) return "the whole";
  const { table, key, column, statement } = anchor;
  if (statement !== undefined) return `statement ${statement}`;
  const parts = [table, key, column].filter((part) => part !== undefined);
  return parts.length === 0 ? "the whole" : parts.join(" / ");
}

export interface Thread {
  readonly first: Comment;
  readonly replies: readonly Comment[];
}

/** In the order of their first comments; answers in theirs. */
export function threadsOf(comments: readonly Comment[]): readonly Thread[] {
  const byAge = [...comments].sort(
    (a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt) || a.id.localeCompare(b.id),
  );
  return byAge
    .filter(({ threadId }) => threadId === null)
    .map((first) => ({ first, replies: byAge.filter(({ threadId }) => threadId === first.id) }));
}

/** Threads by `anchorName` of what they are about. */
export function threadsByPlace(threads: readonly Thread[]): ReadonlyMap<string, readonly Thread[]> {
  return Map.groupBy(threads, ({ first }) => anchorName(first.anchor));
}

export const isOpen = ({ first }: Thread): boolean => first.resolvedAt === null;
