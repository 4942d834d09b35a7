import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from "node:crypto";

const SECRET_BYTES = 32;

/** 256 random bits as text. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

/** Digests of credentials: HMAC-SHA-256 under a key that is not readable in the tables. */
export class Credentials {
  readonly #pepper: KeyObject;

  constructor(pepper: Buffer) {
    this.#pepper = createSecretKey(pepper);
  }

  digest(purpose: string, secret: string): string {
    return createHmac("sha256", this.#pepper).update(purpose).update("\0").update(secret).digest("hex");
  }

  /** In constant time. */
  matches(digest: string, { purpose, secret }: { purpose: string; secret: string }): boolean {
    const expected = Buffer.from(this.digest(purpose, secret), "hex");
    const found = Buffer.from(digest, "hex");
    return found.length === expected.length && timingSafeEqual(found, expected);
  }
}
