import type { FilterQuery } from "../change-filter.ts";

/** Where the file of a filter comes from. */
export function exportPath(patchId: string, query: FilterQuery, format: string): string {
  const search = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
  return `/api/v1/patches/${encodeURIComponent(patchId)}/changes/export?${search}`;
}
