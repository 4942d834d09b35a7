import type { MergeConflict } from "@syncline/core";
import { type MergeConflictFileSink, type MoveInput, writeMergeConflicts } from "@syncline/engine";
import { localPatchFiles } from "@syncline/runtime/files";
import type { Session } from "../../session.ts";

const SHOWN = 10;

/** Undecided conflicts of a move: the first ones for showing, all of them for a file when one was named. */
export class MoveConflicts {
  readonly #session: Session;
  readonly #path: string | null;
  readonly #overwrite: boolean;
  #first: MergeConflict[] = [];
  #sink: MergeConflictFileSink | null = null;

  constructor(
    session: Session,
    { conflicts, overwrite }: { readonly conflicts?: string; readonly overwrite?: boolean },
  ) {
    this.#session = session;
    this.#path = conflicts ?? null;
    this.#overwrite = overwrite === true;
  }

  /** For the `MoveInput`. */
  get listeners(): Required<Pick<MoveInput, "onAttempt" | "onUndecided">> {
    return { onAttempt: (about) => this.#begin(about), onUndecided: (conflict) => this.#add(conflict) };
  }

  get first(): readonly MergeConflict[] {
    return this.#first;
  }

  /** Gives the file its name; resolves to its path, or null when there is none. */
  async commit(): Promise<string | null> {
    return (await this.#sink?.commit()) === true ? this.#path : null;
  }

  async discard(): Promise<void> {
    await this.#sink?.discard();
  }

  async #begin(about: Parameters<NonNullable<MoveInput["onAttempt"]>>[0]): Promise<void> {
    await this.discard();
    this.#first = [];
    if (this.#path === null) return;
    this.#sink = writeMergeConflicts({
      ctx: this.#session.context,
      ...about,
      path: this.#path,
      overwrite: this.#overwrite,
      files: localPatchFiles,
    });
  }

  async #add(conflict: MergeConflict): Promise<void> {
    if (this.#first.length < SHOWN) this.#first.push(conflict);
    await this.#sink?.add(conflict);
  }
}
