import { Duplex } from "node:stream";
import { CodedError } from "@syncline/core";
import type { AgeIdentities, AgeRecipients } from "./age-keys.ts";

/** The header names every recipient in about 100 bytes, so this is far more than any file of ours has. */
const MAX_HEADER_BYTES = 64 * 1024;
const HEADER_END = "\n--- ";

/** Encrypts what is written into it to the recipients. */
export function createEncryptor(recipients: AgeRecipients): Duplex {
  return Duplex.from(async function* (plain: AsyncIterable<Buffer>) {
    const { Encrypter } = await import("age-encryption");
    const encrypter = new Encrypter();
    for (const recipient of recipients) encrypter.addRecipient(recipient);
    yield* await encrypter.encrypt(ReadableStream.from(plain));
  });
}

/**
 * The plain bytes of an age file. Every piece was authenticated before it is handed on, but that nothing is missing is
 * known only at the end. Rejects with `encryption.wrong_key` when no identity fits, with `file.damaged` otherwise.
 */
export async function* decryptBytes(
  name: string,
  encrypted: AsyncIterable<Uint8Array>,
  identities: AgeIdentities,
): AsyncGenerator<Uint8Array> {
  if (identities.length === 0) throw keyMissing(name);
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  // Asked last, and only when the header could be read and none of the others fitted.
  let refused = false;
  decrypter.addIdentity({
    unwrapFileKey: () => {
      refused = true;
      return null;
    },
  });
  try {
    yield* await decrypter.decrypt(ReadableStream.from(boundedHeader(encrypted)));
  } catch (error) {
    throw refused
      ? wrongKey(name)
      : error instanceof CodedError || isSystemError(error)
        ? error
        : damaged(name, error);
  }
}

function isSystemError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).code === "string";
}

/** A header without an end would be held in memory. */
async function* boundedHeader(encrypted: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of encrypted) {
    if (head !== null) {
      head = Buffer.concat([head, chunk]).subarray(0, MAX_HEADER_BYTES);
      if (head.includes(HEADER_END)) head = null;
      else if (head.length === MAX_HEADER_BYTES) throw new RangeError("the header does not end");
    }
    yield chunk;
  }
}

function keyMissing(name: string): CodedError {
  return new CodedError("encryption.wrong_key", `"${name}" is encrypted with age, and no key was given.`, {
    hint: "Add --identity with the file that holds the secret key.",
  });
}

function wrongKey(name: string): CodedError {
  return new CodedError("encryption.wrong_key", `None of the keys given opens "${name}".`, {
    hint: "Give the secret key that belongs to one of the file's recipients with --identity.",
  });
}

function damaged(name: string, cause: unknown): CodedError {
  return new CodedError("file.damaged", `The encrypted data of "${name}" is damaged or cut off.`, {
    hint: "Get the file again from where it was made.",
    cause,
  });
}
