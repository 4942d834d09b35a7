import type { Side } from "./conflict-model.ts";
import type { ConflictGroup, ConflictSides, ListedConflict } from "./conflicts-query.ts";

type JobKind = NonNullable<ConflictGroup["kind"]>;

/** In the names of kinds, theirs stands first. */
const KINDS: Readonly<Record<string, string>> = {
  "update-update": "Both changed it",
  "update-delete": "Changed there, deleted here",
  "delete-update": "Deleted there, changed here",
  "insert-insert": "Both inserted it",
  "unique-violation": "Breaks a unique key",
  "outside-scope": "Outside the scope",
  "timestamp-tie": "Equally new",
  "missing-reference": "Refers to a missing row",
  "count-changed": "Number of equal rows changed",
};

export function kindText(kind: string): string {
  return KINDS[kind] ?? kind;
}

const CHOICES: Readonly<Record<string, string>> = {
  ours: "Ours",
  theirs: "Theirs",
  base: "Base",
  row: "Own row",
};

export function choiceText(choice: string): string {
  return CHOICES[choice] ?? choice;
}

export interface SideWords {
  /** "Ours", "Theirs", "Base". */
  readonly name: string;
  /** What it is in this job. */
  readonly role: string;
  /** The locator, where it is in a place. */
  readonly place: string | null;
}

/** Which place a side is, in words: ours and theirs alone tell nobody which rows they see. */
export function sideWords(side: Side, sides: ConflictSides, kind: JobKind | null): SideWords {
  const name = choiceText(side);
  if (side === "ours") return { name, role: "target", place: sides.ours };
  if (kind === "apply") {
    const role = side === "theirs" ? "what the patch writes" : "what the patch found";
    return { name, role, place: side === "theirs" ? sides.theirs : null };
  }
  if (kind === "undo")
    return { name, role: side === "theirs" ? "before the patch" : "after the patch", place: null };
  if (side === "theirs") return { name, role: kind === "import" ? "file" : "source", place: sides.theirs };
  return { name, role: kind === "bi-sync" ? "as both agreed last" : "common base", place: sides.base };
}

/** Short, for buttons: "server:tenant", without the tables. */
export function shortPlace(locator: string): string {
  const parts = locator.split(":");
  return parts.length > 2 ? parts.slice(0, 2).join(":") : locator;
}

/** "id 42", "tenant 3 · id 42". */
export function keyText({ key, keyText: text }: Pick<ListedConflict, "key" | "keyText">): string {
  const parts = Object.entries(key).map(([column, value]) => `${column} ${value ?? "NULL"}`);
  return parts.length > 0 ? parts.join(" · ") : `row without a key ${text.slice(0, 60)}`;
}

/** What becomes of decisions, and when. */
export function carriedOutBy({ kind, jobId }: Pick<ConflictGroup, "kind" | "jobId">): string {
  const next = jobId === null ? "the run, tried again," : "the job's next run";
  switch (kind) {
    case "bi-sync":
      return "The job's next cycle writes each decision to both sides.";
    case "apply":
      return `A patch is all or nothing: once everything is decided, ${next} applies it as decided. Or make a patch of it.`;
    case "undo":
      return `An undo is all or nothing: once everything is decided, ${next} takes it back as decided.`;
    default:
      return `Rows wait as the target has them; ${next} writes each decision. Or make a patch of them.`;
  }
}

/** Kinds of jobs whose decisions can be a patch: of a pair both sides are written, of an undo what the target kept. */
export function canBePatch(kind: JobKind | null): boolean {
  return kind === "apply" || kind === "merge" || kind === "copy" || kind === "import";
}

const LEFT: Readonly<Record<string, string>> = {
  "one-side-has-no-row": "One side has no row",
  "no-such-column": "The table has no such column that says which is newer, or none of these columns",
  "column-not-known": "A value is not known on one side",
  "does-not-say-which-is-newer": "The column does not say which is newer",
  "other-columns-differ": "Other columns differ too",
  "nothing-of-it-differs": "None of these columns differs",
  "not-possible": "Cannot be carried out",
};

export function leftText(reason: string): string {
  return LEFT[reason] ?? reason;
}
