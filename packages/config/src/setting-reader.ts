import { CodedError } from "@syncline/core";
import { parseDuration } from "@syncline/jobs";
import type { Environment } from "./connection/read-text-source.ts";
import { parseSize } from "./limits-schema.ts";

/** Variables of the environment; an empty one counts as not set. Every method throws CodedError `usage.invalid`. */
export class SettingReader {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  text(name: string): string | null {
    return this.#environment[name] || null;
  }

  flag(name: string): boolean | null {
    const text = this.text(name);
    if (text === null) return null;
    if (/^(1|true|yes|on)$/i.test(text)) return true;
    if (/^(0|false|no|off)$/i.test(text)) return false;
    throw wrongSetting(name, "on or off", text);
  }

  count(name: string, most: number): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const found = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
    if (found >= 1 && found <= most) return found;
    throw wrongSetting(name, `a number from 1 to ${most}`, text);
  }

  /** The text, which is a duration. */
  duration(name: string): string | null {
    const text = this.text(name);
    if (text !== null) millisecondsOf(name, text);
    return text;
  }

  /** The text, which is a size. */
  size(name: string): string | null {
    const text = this.text(name);
    if (text === null || parseSize(text) !== null) return text;
    throw wrongSetting(name, "a size like 500MB or 20GB", text);
  }
}

/** @throws CodedError `usage.invalid` */
export function millisecondsOf(name: string, text: string): number {
  const found = parseDuration(text);
  if (found !== null) return found;
  throw wrongSetting(name, "a duration like 30s, 5m, 2h or 1d", text);
}

export function wrongSetting(name: string, expected: string, found: string): CodedError {
  return new CodedError("usage.invalid", `${name} expects ${expected}, found "${found.slice(0, 80)}".`);
}
