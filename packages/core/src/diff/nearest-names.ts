const MOST = 3;

/** The names most like `wanted`, for a hint; nothing when none is near. */
export function nearestNames(wanted: string, names: Iterable<string>): string[] {
  const limit = Math.max(2, Math.floor(wanted.length / 2));
  return [...names]
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, MOST)
    .map(({ name }) => name);
}

/** `Did you mean "a" or "b"?`, or else the list of what there is. */
export function suggestNames(wanted: string, names: readonly string[], what: string): string {
  const near = nearestNames(wanted, names);
  if (near.length > 0) return `Did you mean ${near.map((name) => `"${name}"`).join(" or ")}?`;
  const shown = names.slice(0, 12).map((name) => `"${name}"`);
  const rest = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
  return names.length === 0 ? `There are no ${what}.` : `The ${what} are ${shown.join(", ")}${rest}.`;
}

/** Levenshtein's distance, two rows of the matrix at a time. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[j] as number) + 1, (current[j - 1] as number) + 1));
    }
    previous = current;
  }
  return previous[b.length] as number;
}
