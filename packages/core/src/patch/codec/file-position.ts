import { CodedError } from "../../errors/coded-error.ts";

/** Where something was found; all from 1, columns in UTF-16 code units. */
export interface FilePosition {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

function describe(at: FilePosition): string {
  const column = at.column === undefined ? "" : `, column ${at.column}`;
  return `"${at.file}", line ${at.line}${column}`;
}

/** `file.damaged`: the file is not what its writer wrote, or never was one. */
export function damaged(at: FilePosition, problem: string, hint?: string): CodedError {
  return new CodedError("file.damaged", `${describe(at)}: ${problem}.`, {
    hint:
      hint ?? "Get the file again from where it was made, or make it anew; an edited file is never applied.",
    details: { ...at },
  });
}

/** `file.unsupported`: well formed, but beyond what this version reads. */
export function unsupported(at: FilePosition, problem: string, hint: string): CodedError {
  return new CodedError("file.unsupported", `${describe(at)}: ${problem}.`, { hint, details: { ...at } });
}
