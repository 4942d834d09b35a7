import { createHash } from "node:crypto";
import { CodedError } from "@syncline/core";

const KEY_BYTES = 32;
const ID_BYTES = 8;

/** 256 bits that wrap every data key. Its own bytes never leave; the id tells which key wrapped something. */
export class MasterKey {
  readonly id: Buffer;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    if (bytes.length !== KEY_BYTES)
      throw new CodedError(
        "config.invalid",
        `The master key has ${bytes.length} bytes; expected ${KEY_BYTES}.`,
        { hint: "Make one with: openssl rand -base64 32" },
      );
    this.#bytes = Buffer.from(bytes);
    this.id = createHash("sha256")
      .update("syncline master key id\0")
      .update(this.#bytes)
      .digest()
      .subarray(0, ID_BYTES);
  }

  /** For ciphers only. */
  reveal(): Buffer {
    return this.#bytes;
  }

  toJSON(): string {
    return "[master key]";
  }

  toString(): string {
    return "[master key]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[master key]";
  }
}

/** Reads 32 bytes as base64, base64url or hexadecimal digits. @throws CodedError `config.invalid` */
export function parseMasterKey(text: string, { name = "The master key" } = {}): MasterKey {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return new MasterKey(Buffer.from(trimmed, "hex"));
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return new MasterKey(Buffer.from(trimmed, "base64"));
  throw new CodedError("config.invalid", `${name} is not 32 bytes in base64 or hexadecimal digits.`, {
    hint: "Make one with: openssl rand -base64 32",
  });
}
