import { CodedError } from "@syncline/core";
import type { FileRow } from "@syncline/engine";
import type { StagedFile } from "./staged-file.ts";

/**
 * Which columns the rows of a table leave out. All rows of a table leave out the same ones: those are not part of the
 * table then, and the other side's values stay.
 */
export class OmittedColumns {
  readonly #file: StagedFile;
  readonly #path: string;
  #first: { readonly line: number; readonly gone: readonly boolean[] } | null = null;

  constructor(file: StagedFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  see(row: FileRow): void {
    const { columns } = this.#file;
    if (this.#first === null) {
      this.#first = { line: row.line, gone: columns.map(({ at }) => row.values[at] === undefined) };
      return;
    }
    const { gone } = this.#first;
    for (let index = 0; index < gone.length; index += 1) {
      const { at, name } = columns[index] as (typeof columns)[number];
      if ((row.values[at] === undefined) !== gone[index]) throw this.#uneven(row.line, name);
    }
  }

  absent(): string[] {
    const { columns } = this.#file;
    return columns.filter((_, index) => this.#first?.gone[index] === true).map(({ name }) => name);
  }

  #uneven(line: number, column: string): CodedError {
    const lines = [line, this.#first?.line ?? 0].sort((a, b) => a - b);
    return new CodedError(
      "file.damaged",
      `${this.#path}: one of lines ${lines[0]} and ${lines[1]} has column "${column}" and the other leaves it out.`,
      {
        hint: `Give "${column}" in every row, or in none of them; a column that no row has keeps the target's values.`,
        details: { file: this.#path, line, column },
      },
    );
  }
}
