import { createRequire } from "node:module";

interface Age {
  generateX25519Identity(): Promise<string>;
  identityToRecipient(identity: string): Promise<string>;
}

/** A new pair of keys, made by the library itself. */
export async function makeAgeKeys(): Promise<{ readonly identity: string; readonly recipient: string }> {
  const load = createRequire(new URL("../../../../packages/snapshot-store/package.json", import.meta.url));
  const { generateX25519Identity, identityToRecipient } = load("age-encryption") as Age;
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}
