import { damaged, type FilePosition } from "./file-position.ts";
import { JsonNumber, type JsonObject, type JsonValue } from "./json-cursor.ts";

/** A filter names columns, and a column may have any name. */
const FILTER_NAMES = new Set(["filter", "where"]);
const REFUSED_NAMES = new Set(["__proto__", "constructor", "prototype"]);

/** Typed access to the members of one JSON object, with errors that name the member's path. */
export class JsonFields {
  readonly #members: JsonObject;
  readonly #at: FilePosition;
  readonly #path: string;

  constructor(members: JsonObject, at: FilePosition, path = "") {
    this.#members = members;
    this.#at = at;
    this.#path = path;
  }

  wrong(name: string, expected: string) {
    return damaged(this.#at, `"${this.#path}${name}" must be ${expected}`);
  }

  /** Refuses members that no version 1 file has. */
  only(names: readonly string[]): void {
    for (const name of this.#members.keys()) {
      if (!names.includes(name)) throw damaged(this.#at, `unknown name "${this.#path}${name}"`);
    }
  }

  has(name: string): boolean {
    return this.#members.has(name);
  }

  get(name: string): JsonValue | undefined {
    return this.#members.get(name);
  }

  string(name: string): string {
    const value = this.#members.get(name);
    if (typeof value !== "string") throw this.wrong(name, "a string");
    return value;
  }

  optionalString(name: string): string | null {
    const value = this.#members.get(name);
    return value === undefined || value === null ? null : this.string(name);
  }

  boolean(name: string): boolean {
    const value = this.#members.get(name);
    if (typeof value !== "boolean") throw this.wrong(name, "true or false");
    return value;
  }

  /** A count: a whole number from 0 to 2^53 - 1. */
  count(name: string): number {
    const value = this.#members.get(name);
    const count =
      value instanceof JsonNumber && /^\d+$/.test(value.digits) ? Number(value.digits) : Number.NaN;
    if (!Number.isSafeInteger(count)) throw this.wrong(name, "a whole number");
    return count;
  }

  array(name: string): readonly JsonValue[] {
    const value = this.#members.get(name);
    if (!Array.isArray(value)) throw this.wrong(name, "a list");
    return value as readonly JsonValue[];
  }

  strings(name: string): readonly string[] {
    const items = this.array(name);
    if (!items.every((item) => typeof item === "string")) throw this.wrong(name, "a list of strings");
    return items as readonly string[];
  }

  object(name: string): JsonFields {
    return this.#nested(name, this.#members.get(name));
  }

  objects(name: string): readonly JsonFields[] {
    return this.array(name).map((item, index) => this.#nested(`${name}[${index}]`, item));
  }

  #nested(name: string, value: JsonValue | undefined): JsonFields {
    if (!(value instanceof Map)) throw this.wrong(name, "an object");
    return new JsonFields(value as JsonObject, this.#at, `${this.#path}${name}.`);
  }

  /** A member of free form as plain data without a prototype's names; undefined becomes null. */
  plain(name: string): unknown {
    return this.#plain(name, this.#members.get(name) ?? null, FILTER_NAMES.has(name));
  }

  #plain(name: string, value: JsonValue, anyName: boolean): unknown {
    if (value instanceof JsonNumber) return this.#number(name, value);
    if (Array.isArray(value)) return value.map((item: JsonValue) => this.#plain(name, item, anyName));
    if (!(value instanceof Map)) return value;
    const members = [...(value as JsonObject)].map(([key, item]) => {
      if (!anyName && REFUSED_NAMES.has(key))
        throw damaged(this.#at, `"${this.#path}${name}" must not use the name "${key}"`);
      return [key, this.#plain(name, item, anyName || FILTER_NAMES.has(key))] as const;
    });
    return Object.fromEntries(members);
  }

  #number(name: string, value: JsonNumber): number {
    const number = Number(value.digits);
    if (String(number) !== value.digits)
      throw this.wrong(name, "free of numbers that lose digits; put them in strings");
    return number;
  }
}
