import { readFileSync } from "node:fs";
import { CodedError } from "@syncline/core";
import { Secret } from "./secret.ts";
import type { SettingReader } from "./setting-reader.ts";

const MAX_CHARACTERS = 64 * 1024;

/**
 * A secret of the environment: the variable's value, or the content of the file that `<name>_FILE` names.
 * @throws CodedError `usage.invalid` when both are set, `config.secret_unavailable` when the file holds nothing to read
 */
export function readSecretSetting(read: SettingReader, name: string): Secret | null {
  const value = read.text(name);
  const file = read.text(`${name}_FILE`);
  if (value !== null && file !== null)
    throw new CodedError("usage.invalid", `${name} and ${name}_FILE are both set.`, {
      hint: "Keep one of them.",
    });
  if (file !== null) return new Secret(contentOf(file, `${name}_FILE`));
  return value === null ? null : new Secret(value);
}

/** One newline at its end is cut. */
function contentOf(file: string, name: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw unavailable(name, file, `cannot be read (${code ?? "unknown"})`);
  }
  const content = text.replace(/\r?\n$/, "");
  if (content === "") throw unavailable(name, file, "is empty");
  if (content.length > MAX_CHARACTERS || content.includes("\0"))
    throw unavailable(name, file, "holds no single secret");
  return content;
}

function unavailable(name: string, file: string, problem: string): CodedError {
  return new CodedError("config.secret_unavailable", `The file "${file}" that ${name} names ${problem}.`, {
    hint: "Check the path and whether the user that the process runs as may read it.",
  });
}
