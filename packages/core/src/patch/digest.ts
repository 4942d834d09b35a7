/** A running digest. `hex` ends it. */
export interface Digest {
  update(bytes: Uint8Array): void;
  hex(): string;
}

/** Starts a SHA-256; passed in, because core has no built-ins of its platform. */
export type CreateDigest = () => Digest;
