import { CodedError, isCodedError, openConflict, resolveMerge } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import type { Conflict } from "../queries/get-conflict.ts";
import {
  type ConflictDocument,
  conflictOf,
  type DocumentRow,
  resolutionOf,
  tableOf,
} from "./conflict-document.ts";

export type ConflictChoice = "ours" | "theirs" | "base" | "row";

/** A choice and, for `row`, the row; null for no row. */
export interface Chosen {
  readonly choice: ConflictChoice;
  readonly row: DocumentRow | null;
}

interface Decidable {
  readonly record: Pick<Conflict, "kind" | "columns">;
  readonly document: ConflictDocument;
  /** Of what the conflict came up in; null where nobody knows it any more. */
  readonly definition: JobDefinition | null;
}

/** What cannot be carried out is said now, not by a run in the night. @throws CodedError `request.invalid` */
export function assertChoice(decidable: Decidable, chosen: Chosen): void {
  const { definition } = decidable;
  if (definition !== null) {
    assertDirection(definition, chosen.choice);
    assertLasting(definition, chosen.choice);
  }
  assertPossible(decidable, chosen);
}

/** Why a choice cannot be carried out; null when it can. */
export function refusalOf(decidable: Decidable, chosen: Chosen): string | null {
  try {
    assertChoice(decidable, chosen);
    return null;
  } catch (error) {
    if (!isCodedError(error) || error.code !== "request.invalid") throw error;
    return error.message;
  }
}

/** One way, only one side's row can be what both have. */
function assertDirection(definition: JobDefinition, choice: ConflictChoice): void {
  if (definition.kind !== "bi-sync" || definition.direction === "both") return;
  if (choice === "ours" || choice === "theirs") return;
  throw new CodedError(
    "request.invalid",
    `The job goes ${definition.direction.replaceAll("-", " ")} only, so the choice is ours or theirs; found ${choice}.`,
  );
}

const BASE_MOVES: ReadonlySet<JobDefinition["kind"]> = new Set(["bi-sync", "apply", "undo"]);

/** Where the base stays as it is, a row of the target that is like the base's counts as unchanged. */
function assertLasting({ kind }: JobDefinition, choice: ConflictChoice): void {
  if (choice !== "base" || BASE_MOVES.has(kind)) return;
  throw new CodedError(
    "request.invalid",
    `The base of a ${kind} job stays as it is, so a row like the base's counts as unchanged and the next run would take the source's.`,
    { hint: "Choose ours or theirs, or give the row as it shall be." },
  );
}

function assertPossible({ record, document }: Decidable, { choice, row }: Chosen): void {
  if (record.kind === "count-changed") {
    if (choice === "ours") return;
    throw new CodedError(
      "request.invalid",
      `Rows without a key whose number has changed are left as they are (ours); found ${choice}.`,
      { hint: "Compare again for the rest." },
    );
  }
  if (document.counts !== undefined) {
    if (choice !== "row") return;
    throw new CodedError("request.invalid", "Rows without a key are decided by ours, theirs or base.");
  }
  const open = openConflict(tableOf(document), conflictOf(document, record));
  const resolved = resolveMerge(open, resolutionOf(choice, row));
  if (resolved.kind === "impossible")
    throw new CodedError("request.invalid", `This cannot be chosen: ${resolved.reason}.`);
  if (resolved.kind === "open")
    throw new CodedError(
      "request.invalid",
      `The row leaves ${resolved.columns.map((column) => `"${column}"`).join(", ")} open.`,
      { hint: "Give a value for every column in conflict." },
    );
}
