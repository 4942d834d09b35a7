import { createHash } from "node:crypto";

const BLOCK_BYTES = 64;

/** Session settings that hold what HMAC-SHA-256 makes of the key; masks read them. Set them by bound parameters. */
export const MASK_SETTINGS = { inner: "syncline.mask_inner", outer: "syncline.mask_outer" } as const;

/** The two padded blocks of the key in hex, by setting. */
export function maskSettings(key: Uint8Array): ReadonlyMap<string, string> {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? createHash("sha256").update(key).digest() : key);
  const padded = (pad: number) => Buffer.from(block.map((byte) => byte ^ pad)).toString("hex");
  return new Map([
    [MASK_SETTINGS.inner, padded(0x36)],
    [MASK_SETTINGS.outer, padded(0x5c)],
  ]);
}
