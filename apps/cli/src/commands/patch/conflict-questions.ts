import {
  CodedError,
  type ConflictRecord,
  type PatchTable,
  possibleResolutions,
  ValueDisplay,
} from "@syncline/core";
import { formatColumns } from "../../render/text-table.ts";
import type { Session } from "../../session.ts";
import { differingColumns, formatConflict } from "../write/conflict-text.ts";

type Answer = "ours" | "theirs" | "base";

const MEANINGS: Readonly<Record<Answer, string>> = {
  ours: "keep the target's row",
  theirs: "take the patch's",
  base: "go back to before both",
};

/** Asks about one conflict after the other. A capital letter answers for all that follow and can be answered so. */
export class ConflictQuestions {
  readonly #session: Session;
  readonly #count: number;
  #asked = 0;
  #forAll: Answer | null = null;

  constructor(session: Session, count: number) {
    this.#session = session;
    this.#count = count;
  }

  readonly choose = async (conflict: ConflictRecord, table: PatchTable): Promise<Answer> => {
    this.#asked += 1;
    const possible = possibleResolutions(table, conflict);
    if (this.#forAll !== null && possible.includes(this.#forAll)) return this.#forAll;
    const { people, paint } = this.#session;
    people.tell(
      `\n${this.#asked} of ${this.#count}${formatConflict(conflict, paint)}\n${versions(conflict, table).join("\n")}`,
    );
    return this.#ask(possible);
  };

  async #ask(possible: readonly Answer[]): Promise<Answer> {
    const offers = possible.map((name) => `  ${name.charAt(0)} = ${name}, ${MEANINGS[name]}`);
    this.#session.people.tell([...offers, "  q = quit; a capital letter decides all that follow"].join("\n"));
    const letters = [...possible.map((name) => name.charAt(0)), "q"].join("/");
    for (;;) {
      const typed = (await this.#session.people.ask(`Your choice [${letters}]: `)).trim();
      if (typed === "q") throw quit();
      const found = possible.find(
        (name) => typed.toLowerCase() === name.charAt(0) || typed.toLowerCase() === name,
      );
      if (found === undefined) continue;
      if (typed.charAt(0) !== typed.charAt(0).toLowerCase()) this.#forAll = found;
      return found;
    }
  }
}

function quit(): CodedError {
  return new CodedError("interrupted", "The conflicts were not decided, so nothing was written.", {
    hint: "--conflicts FILE writes them down to decide later.",
  });
}

/** The three versions of the columns that are at stake. */
function versions({ operation, ours }: ConflictRecord, table: PatchTable): string[] {
  const display = new ValueDisplay(table);
  const base = operation.op === "insert" ? null : operation.old;
  const theirs = operation.op === "delete" ? null : operation.new;
  const columns = new Set([
    ...(base ?? theirs ?? new Map<string, string>()).keys(),
    ...differingColumns(operation, ours),
  ]);
  const cell = (row: ReadonlyMap<string, string | null> | null, column: string) =>
    row === null ? "no row" : row.has(column) ? display.value(column, row.get(column) ?? null) : "";
  const rows = [...columns].map((column) => [
    `    ${column}`,
    cell(base, column),
    cell(theirs, column),
    cell(ours, column),
  ]);
  return formatColumns(
    [["    column", "base", "theirs (patch)", "ours (target)"], ...rows],
    ["left", "left", "left", "left"],
  );
}
