import { CodedError, isCodedError, type MergeConflict } from "@syncline/core";
import { type MergeConflictFileSink, type MoveResult, writeMergeConflicts } from "@syncline/engine";
import { localPatchFiles } from "@syncline/runtime/files";
import type { ConflictHooks } from "@syncline/runtime/operations";
import type { Session } from "../../session.ts";
import { assertTerminal } from "./conflict-prompt.ts";
import { MergeQuestions } from "./merge-questions.ts";

const SHOWN = 10;

export interface MoveConflictOptions {
  /** The strategy `interactive` asks at the terminal. */
  readonly strategy?: string | undefined;
  readonly conflicts?: string | undefined;
  readonly overwrite?: boolean | undefined;
}

type About = Parameters<NonNullable<ConflictHooks["onAttempt"]>>[0];

/**
 * What a command does about the conflicts of a move: asks at the terminal, writes those that stay undecided to a file,
 * remembers the first few for showing. Give `open` to the operation, then `finish` or `discard`.
 */
export class MoveConflicts {
  readonly #session: Session;
  readonly #options: MoveConflictOptions;
  #sink: MergeConflictFileSink | null = null;
  #first: MergeConflict[] = [];

  constructor(session: Session, options: MoveConflictOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** @throws CodedError `usage.confirmation_required` when it shall ask and there is no terminal */
  readonly open = (): ConflictHooks => {
    const interactive = this.#options.strategy === "interactive";
    if (interactive) assertTerminal(this.#session);
    return {
      onAttempt: (about) => this.#begin(about),
      onUndecided: (conflict) => this.#keep(conflict),
      ...(interactive ? { onConflict: new MergeQuestions(this.#session, null).choose } : {}),
    };
  };

  /** The first undecided conflicts. */
  get first(): readonly MergeConflict[] {
    return this.#first;
  }

  /**
   * Gives the conflict file its name; resolves to its path, or null when there is none.
   * @throws CodedError that says what was written to the target when the file cannot be
   */
  async finish({ ledgerId }: Pick<MoveResult, "ledgerId"> = { ledgerId: null }): Promise<string | null> {
    try {
      const written = (await this.#sink?.commit()) ?? false;
      return written ? (this.#options.conflicts ?? null) : null;
    } catch (error) {
      throw ledgerId !== null && isCodedError(error) ? onlyFileFailed(error, ledgerId) : error;
    }
  }

  async discard(): Promise<void> {
    await this.#sink?.discard();
  }

  async #begin(about: About): Promise<void> {
    await this.discard();
    this.#first = [];
    const { conflicts: path, overwrite = false } = this.#options;
    if (path === undefined) return;
    const ctx = this.#session.context;
    this.#sink = writeMergeConflicts({ ...about, ctx, path, overwrite, files: localPatchFiles });
  }

  async #keep(conflict: MergeConflict): Promise<void> {
    if (this.#first.length < SHOWN) this.#first.push(conflict);
    await this.#sink?.add(conflict);
  }
}

function onlyFileFailed({ code, message, hint, details }: CodedError, ledgerId: string): CodedError {
  return new CodedError(
    code,
    `The rows were written as ${ledgerId}, but their conflicts were not: ${message}`,
    {
      hint: `${hint ?? "Write elsewhere."} The same command lists the conflicts again; syncline undo ${ledgerId} takes the rows back.`,
      details: { ...details, ledgerId },
    },
  );
}
