import { execFileSync } from "node:child_process";
import { CodedError } from "@syncline/core";
import { Secret } from "./secret.ts";
import { readSecretSetting } from "./secret-setting.ts";
import type { SettingReader } from "./setting-reader.ts";

/** What seals secrets, and what may still open some. */
export interface MasterKeySetting {
  /** 32 bytes as hex or base64; null: a file in the state folder, made at the first start. */
  readonly current: Secret | null;
  readonly previous: readonly Secret[];
}

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 64 * 1024;
const COMMAND = "SYNCLINE_MASTER_KEY_COMMAND";
const PREVIOUS = "SYNCLINE_MASTER_KEY_PREVIOUS";

/** @throws CodedError `usage.invalid`, `config.secret_unavailable`; what a command printed appears in neither */
export function readMasterKeySetting(read: SettingReader): MasterKeySetting {
  const given = readSecretSetting(read, "SYNCLINE_MASTER_KEY");
  const command = read.text(COMMAND);
  if (given !== null && command !== null)
    throw new CodedError("usage.invalid", `SYNCLINE_MASTER_KEY and ${COMMAND} are both set.`, {
      hint: "Keep one of them.",
    });
  const previous = readSecretSetting(read, PREVIOUS)?.reveal() ?? "";
  return {
    current: command === null ? given : new Secret(outputOf(argumentsOf(command))),
    previous: previous
      .split(/[\s,]+/)
      .filter((key) => key !== "")
      .map((key) => new Secret(key)),
  };
}

function argumentsOf(text: string): readonly [string, ...string[]] {
  try {
    const value: unknown = JSON.parse(text);
    if (
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((each) => typeof each === "string" && each !== "")
    )
      return value as [string, ...string[]];
  } catch {
    // told below
  }
  throw new CodedError("usage.invalid", `${COMMAND} is no JSON array of a program and its arguments.`, {
    hint: 'Like: ["vault", "kv", "get", "-field=key", "secret/syncline"]',
  });
}

function outputOf([program, ...rest]: readonly [string, ...string[]]): string {
  try {
    const stdio: ("ignore" | "pipe")[] = ["ignore", "pipe", "ignore"];
    const limits = { timeout: TIMEOUT_MS, maxBuffer: MAX_BYTES };
    const text = execFileSync(program, rest, { ...limits, stdio, encoding: "utf8" }).trim();
    if (text !== "") return text;
  } catch (error) {
    // Its message quotes arguments and output.
    const { code, status } = error as { readonly code?: string; readonly status?: number | null };
    throw unavailable(program, `failed (${code ?? (status == null ? "a signal" : `status ${status}`)})`);
  }
  throw unavailable(program, "printed nothing");
}

function unavailable(program: string, problem: string): CodedError {
  return new CodedError("config.secret_unavailable", `The command "${program}" of ${COMMAND} ${problem}.`, {
    hint: "Run it by hand, as the user that the process runs as.",
  });
}
