/** `users.mail` to `email` concerns one table, `mail` to `email` all of them. */
export function columnMapOf(
  entries: Iterable<readonly [from: string, to: string]>,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const tables = new Map<string, Map<string, string>>();
  for (const [name, value] of entries) {
    const dot = name.lastIndexOf(".");
    const table = dot < 0 ? "*" : name.slice(0, dot);
    const columns = tables.get(table) ?? new Map<string, string>();
    tables.set(table, columns.set(name.slice(dot + 1), value));
  }
  return tables;
}
