import type { CodedError } from "../../errors/coded-error.ts";
import { damaged, unsupported } from "./file-position.ts";

const BYTE_ORDER_MARK = "\uFEFF";

/** Why a first line is not the first line of a patch. */
export function notLineForm(file: string, line: string): CodedError {
  const at = { file, line: 1 };
  if (line.startsWith(BYTE_ORDER_MARK))
    return damaged(at, "the file begins with a byte order mark, which its writer did not put there");
  if (line.endsWith("\r\n")) {
    return damaged(
      at,
      "the line ends with a carriage return: line endings were converted",
      "Switch off the conversion of line endings (in git: *.patch -text) and get the file again.",
    );
  }
  if (!line.startsWith("{"))
    return unsupported(
      at,
      "this is not a patch: its first character is not {",
      "Name a file that syncline diff --output wrote.",
    );
  if (!line.endsWith("\n")) return damaged(at, "the file ends within its first line");
  return damaged(
    at,
    'the first line does not end with "operations":[ — the file was reformatted, so its digest can no longer be checked',
    "Use the file as it was written; to read it, use syncline patch show.",
  );
}
