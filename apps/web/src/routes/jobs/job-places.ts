import type { JobDefinition } from "@syncline/api";

/** All places that a job reads or writes. */
export function placesOf(definition: JobDefinition): readonly string[] {
  const { source, target, base } = definition as { readonly [Part in "source" | "target" | "base"]?: string };
  return [source, target, base].filter((place) => place !== undefined);
}
