import { CodedError } from "@syncline/core";

const RECIPIENT = /^age1[02-9ac-hj-np-z]{20,}$/;
const IDENTITY = /^AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{20,}$/;

/** Public keys that a file is encrypted to. */
export type AgeRecipients = readonly string[];
/** Secret keys, of which one has to fit. Never printed. */
export type AgeIdentities = readonly string[];

/** Public keys as they were typed: `age1…`. @throws CodedError `usage.invalid` */
export async function parseRecipients(texts: readonly string[]): Promise<AgeRecipients> {
  const { Encrypter } = await import("age-encryption");
  const recipients = texts.map((text) => text.trim());
  for (const recipient of recipients) {
    try {
      if (!RECIPIENT.test(recipient)) throw new TypeError("not a recipient");
      new Encrypter().addRecipient(recipient);
    } catch (cause) {
      const secret = IDENTITY.test(recipient);
      throw new CodedError(
        "usage.invalid",
        secret ? "A secret key was given as a recipient." : `"${recipient}" is not an age recipient.`,
        {
          hint: "A recipient is a public key that begins with age1; `age-keygen -y KEY_FILE` prints it.",
          ...(secret ? {} : { cause }),
        },
      );
    }
  }
  return recipients;
}

/**
 * Secret keys in the text of a key file, as `age-keygen` writes it; `name` is how messages call it.
 * @throws CodedError `usage.invalid`
 */
export async function parseIdentities(text: string, name: string): Promise<AgeIdentities> {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const identities = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const { Decrypter } = await import("age-encryption");
  try {
    if (identities.length === 0 || !identities.every((line) => IDENTITY.test(line)))
      throw new TypeError("no identity");
    for (const identity of identities) new Decrypter().addIdentity(identity);
  } catch {
    throw new CodedError("usage.invalid", `${name} holds no age secret key.`, {
      hint: "It must hold lines that begin with AGE-SECRET-KEY-1, as age-keygen writes them.",
    });
  }
  return identities;
}
