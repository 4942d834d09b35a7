import type { JobDefinition } from "@syncline/api";
import { partsOfLocator } from "../../components/place-picker/place-parts.ts";

/** All places that a job reads or writes. */
export function placesOf(definition: JobDefinition): readonly string[] {
  const { source, target, base } = definition as { readonly [Part in "source" | "target" | "base"]?: string };
  return [source, target, base].filter((place) => place !== undefined);
}

/** A locator with the count of its tables where there are several. */
export function shortPlace(locator: string): string {
  const parts = partsOfLocator(locator);
  if (parts === null || parts.tables.length < 2) return locator;
  return `${parts.server}:${parts.tenant}: ${parts.tables.length} tables`;
}
