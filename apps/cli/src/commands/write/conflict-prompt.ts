import { CodedError, type MergeConflict, type PatchRow, type PatchTable, visibleText } from "@syncline/core";
import type { Session } from "../../session.ts";
import { conflictLines } from "./conflict-view.ts";
import { editRow } from "./edit-row.ts";

const ANSWERS = ["ours", "theirs", "base", "skip"] as const;
type Answer = (typeof ANSWERS)[number];
/** What somebody typed in the end; `skip` leaves the row undecided. */
export type PromptedDecision = Answer | { readonly row: PatchRow };

export interface Prompt {
  readonly conflict: MergeConflict;
  readonly table: PatchTable;
  /** What is wrong with the row, in words: `changed on both sides`. */
  readonly meaning: string;
  readonly possible: readonly Answer[];
  /** Whether values can be typed. */
  readonly edits: boolean;
  /** What theirs is called: `source`, `patch`. */
  readonly theirs: string;
}

const PLACE_WIDTH = 100;

/**
 * Asks about one conflict after the other. `A` and a letter answers for all conflicts of the same table and columns, a
 * capital letter for all that follow. Ends with `interrupted` when somebody quits.
 */
export class ConflictPrompt {
  readonly #session: Session;
  readonly #count: number | null;
  readonly #alike = new Map<string, Answer>();
  #asked = 0;
  #forAll: Answer | null = null;

  /** `count` is null where nobody knows how many there will be. */
  constructor(session: Session, count: number | null) {
    this.#session = session;
    this.#count = count;
  }

  async ask(prompt: Prompt): Promise<PromptedDecision> {
    this.#asked += 1;
    const known = this.#alike.get(likeness(prompt)) ?? this.#forAll;
    if (known !== null && prompt.possible.includes(known)) return known;
    this.#show(prompt);
    return this.#choose(prompt);
  }

  #show({ conflict, table, meaning, theirs }: Prompt): void {
    const { people, paint, terminal } = this.#session;
    const place = this.#count === null ? `Conflict ${this.#asked}` : `${this.#asked} of ${this.#count}`;
    const key = [...conflict.key]
      .map(([column, value]) => `${visibleText(column)}=${value === null ? "NULL" : visibleText(value)}`)
      .join(", ");
    const head = `${place}  ${paint("cyan", visibleText(conflict.table))} ${key || "rows without a key"}: ${meaning}`;
    const lines = conflictLines(conflict, table, { width: terminal.columns || PLACE_WIDTH, theirs });
    const counts =
      conflict.counts === undefined
        ? []
        : [
            `    rows alike: ${conflict.counts.base} in the base, ${conflict.counts.ours} in ours, ${conflict.counts.theirs} in theirs`,
          ];
    people.tell(["", head, ...lines, ...counts].join("\n"));
  }

  async #choose(prompt: Prompt): Promise<PromptedDecision> {
    const { people } = this.#session;
    const { possible, conflict, edits } = prompt;
    const meanings = {
      ours: "keep the target's",
      theirs: `take the ${prompt.theirs}'s`,
      base: "go back to before both",
    };
    const offers = possible.map((name) =>
      name === "skip"
        ? "  s = skip, leave the row undecided"
        : `  ${name.charAt(0)} = ${name}, ${meanings[name]}`,
    );
    if (edits) offers.push("  e = edit the values");
    people.tell(
      [
        ...offers,
        "  A and a letter decides all with this table and these columns, a capital letter all that follow; q = quit",
      ].join("\n"),
    );
    const letters = [...possible.map((name) => name.charAt(0)), ...(edits ? ["e"] : []), "q"].join("/");
    for (;;) {
      const typed = (await people.ask(`Your choice [${letters}]: `)).trim();
      if (typed === "q") throw quit();
      if (typed === "e" && edits) return { row: await editRow(this.#session, conflict, prompt.table) };
      const found = this.#read(typed, prompt);
      if (found !== undefined) return found;
    }
  }

  #read(typed: string, prompt: Prompt): Answer | undefined {
    const alike = /^A\s*([a-z])$/.exec(typed)?.[1];
    const word = alike ?? typed.toLowerCase();
    const found = prompt.possible.find((name) => word === name.charAt(0) || word === name);
    if (found === undefined) return undefined;
    if (alike !== undefined) this.#alike.set(likeness(prompt), found);
    else if (typed.charAt(0) !== typed.charAt(0).toLowerCase()) this.#forAll = found;
    return found;
  }
}

function likeness({ conflict }: Prompt): string {
  return JSON.stringify([conflict.table, conflict.kind, [...conflict.columns].sort()]);
}

function quit(): CodedError {
  return new CodedError("interrupted", "The conflicts were not decided, so nothing was written.", {
    hint: "--conflicts FILE writes them down to decide later.",
  });
}

/** Asking needs a terminal; without one the command fails before it reads anything. */
export function assertTerminal({ people }: Session): void {
  if (people.canAsk) return;
  throw new CodedError(
    "usage.confirmation_required",
    "--strategy interactive asks at a terminal, and there is none.",
    { hint: "Use another --strategy, or --conflicts FILE and syncline patch resolve." },
  );
}
