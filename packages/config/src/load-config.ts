import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CodedError } from "@syncline/core";
import { EMPTY_CONFIG } from "./config.ts";
import type { Environment } from "./connection/read-text-source.ts";
import { findConfigFile } from "./find-config-file.ts";
import { type ParsedConfig, parseConfig } from "./parse-config.ts";

export interface LoadConfigOptions {
  /** `--config`; else `SYNCLINE_CONFIG`; else the file that `findConfigFile` finds. */
  readonly file?: string | undefined;
  /** Where the search starts and relative paths begin. */
  readonly folder: string;
  readonly env: Environment;
}

/** The config that holds here; `EMPTY_CONFIG` when there is no file. Throws `config.not_found` for a named file, `config.invalid`. */
export async function loadConfig(options: LoadConfigOptions): Promise<ParsedConfig> {
  const named = options.file ?? (options.env.SYNCLINE_CONFIG || null);
  const content = named === null ? options.env.SYNCLINE_CONFIG_CONTENT : undefined;
  if (content) return parseConfig(content, resolve(options.folder, "SYNCLINE_CONFIG_CONTENT"));
  const file =
    named === null ? await findConfigFile(options.folder, options.env) : resolve(options.folder, named);
  if (file === null) return { config: EMPTY_CONFIG, warnings: [] };
  return parseConfig(await readConfigFile(file), file);
}

async function readConfigFile(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    if (code !== "ENOENT")
      throw new CodedError("config.invalid", `The config file "${file}" cannot be read (${code}).`);
    throw new CodedError("config.not_found", `There is no config file "${file}".`, {
      hint: "`syncline config init` writes one.",
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CodedError("config.invalid", `The config file "${file}" is not UTF-8.`);
  }
}
