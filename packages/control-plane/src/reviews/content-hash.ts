import { createHash } from "node:crypto";
import type { JobDefinition } from "@syncline/jobs";

export interface ReviewContent {
  readonly definition: JobDefinition;
  /** Of the stored patch that it applies, hex. */
  readonly patchHash: string | null;
  /** Digests of what else decides what is written: decided conflicts, the files of an import. */
  readonly materials?: readonly string[];
}

/** What says nothing of the rows that are written. */
const APART: ReadonlySet<string> = new Set(["name", "schedule", "enabled", "confirm"]);

/**
 * sha256 over the canonical JSON of a run that is asked for, hex. A patch counts by its hash, so that the same patch sent
 * again is the same content; everything else of the definition counts as it is written.
 */
export function contentHashOf({ definition, patchHash, materials = [] }: ReviewContent): string {
  const parts = Object.entries(definition).filter(
    ([name]) => !APART.has(name) && !(name === "patch" && patchHash !== null),
  );
  const content = { content: 1, definition: Object.fromEntries(parts), patch: patchHash, materials };
  return createHash("sha256").update(canonical(content)).digest("hex");
}

/** JSON with the names of every object in one order. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`);
  return `{${members.join(",")}}`;
}
