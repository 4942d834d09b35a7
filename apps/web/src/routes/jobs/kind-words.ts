import type { JobKind } from "@syncline/api";

interface KindWords {
  readonly name: string;
  /** What it does, for who chooses one. */
  readonly about: string;
}

export const KIND_WORDS: Readonly<Record<JobKind, KindWords>> = {
  diff: { name: "Compare", about: "Compares two places and keeps the differences as a patch." },
  watch: { name: "Watch", about: "Compares two places and alerts when more rows differ than may." },
  copy: { name: "Copy", about: "Makes rows of the target follow the source." },
  "bi-sync": { name: "Keep in step", about: "Carries what either of two places did to the other one." },
  merge: { name: "Merge", about: "Merges what the source changed since a base into the target." },
  apply: { name: "Apply a patch", about: "Writes a stored patch to its target." },
  undo: { name: "Undo", about: "Takes back what was applied to a target." },
  export: { name: "Export", about: "Writes rows of one instant into a file of the dump folder." },
  import: { name: "Import", about: "Writes the rows of a file of the dump folder into a target." },
};

export const kindName = (kind: JobKind): string => KIND_WORDS[kind].name;
