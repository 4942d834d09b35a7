const PREFIX = "syncline-draft ";

/** Where a text that somebody types is kept; another person's is not shown to them. */
export const draftKey = (userId: string, name: string): string => `${PREFIX}${userId} ${name}`;

/** What was typed and not sent belongs to who typed it. */
export function forgetDrafts(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  } catch {
    // Nothing is kept there, then.
  }
}
