import { readFile } from "node:fs/promises";
import { CodedError } from "@syncline/core";
import type { FilePlace } from "./import-input.ts";

/**
 * Root keys of an allow-list: one a line, or a JSON list of keys; keys of several columns are JSON lists themselves.
 * @throws CodedError `file.not_found`, `file.damaged`
 */
export async function readAllowedKeys(
  { path, label }: FilePlace,
  columns: number,
): Promise<readonly (readonly string[])[]> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const code = cause.code === "ENOENT" ? "file.not_found" : "file.io_failed";
    throw new CodedError(code, `The allow-list "${label}" cannot be read.`, {
      hint: "Check the path.",
      cause,
    });
  });
  return parseAllowedKeys(text, label, columns);
}

export function parseAllowedKeys(
  text: string,
  path: string,
  columns: number,
): readonly (readonly string[])[] {
  const trimmed = text.replace(/^\ufeff/, "").trim();
  const items = trimmed.startsWith("[") ? listOrLines(trimmed, path, columns) : linesOf(trimmed);
  return items.map((item) => keyOf(item, path, columns));
}

/** One JSON list over any number of lines, or for keys of several columns a list a line. */
function listOrLines(text: string, path: string, columns: number): unknown[] {
  if (columns === 1) return parseList(text, path);
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every(Array.isArray)) return list;
  } catch {
    // a list a line
  }
  return linesOf(text);
}

function linesOf(text: string): unknown[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

function parseList(text: string, path: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value as unknown[];
  } catch {
    // told below
  }
  throw damaged(path, "it is neither one key a line nor a JSON list");
}

function keyOf(item: unknown, path: string, columns: number): readonly string[] {
  const value =
    typeof item === "string" && columns > 1 && item.startsWith("[") ? parseList(item, path) : item;
  const parts = Array.isArray(value) ? (value as unknown[]) : [value];
  if (parts.length !== columns) throw damaged(path, `a key has ${parts.length} columns, expected ${columns}`);
  return parts.map((part) => {
    if (typeof part === "string") return part;
    if (typeof part === "number" && Number.isSafeInteger(part)) return String(part);
    throw damaged(path, "keys are texts or whole numbers");
  });
}

function damaged(path: string, problem: string): CodedError {
  return new CodedError("file.damaged", `The allow-list "${path}" cannot be used: ${problem}.`, {
    hint: 'Write one key a line, or ["a", "b"]; keys of several columns as [["a", "1"]].',
  });
}
