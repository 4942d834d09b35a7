import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { CodedError } from "@syncline/core";
import { createFile, fileError } from "../files/index.ts";

/**
 * Detached signatures in the form of signed notes (C2SP signed-note): a text that names the file's digest and size,
 * an empty line, and one line a signer. They cover the bytes as they are stored, so that anybody can check them without
 * the keys that read the file.
 */

export const SIGNATURE_SUFFIX = ".sig";

const FIRST_LINE = "syncline file signature, version 1";
const SIGNER_LINE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/;
const MAX_SIGNATURE_BYTES = 64 * 1024;
const ED25519 = 1;
const RAW_KEY_BYTES = 32;
const HINT_KEY =
  "Make one with: openssl genpkey -algorithm ed25519 -out signer.pem; its public half with: openssl pkey -in signer.pem -pubout";

/** A private key in PEM, as openssl writes it; `name` is how messages call it. @throws CodedError `usage.invalid` */
export function parseSigningKey(pem: string, name: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // told below, without what the key holds
  }
  throw new CodedError("usage.invalid", `${name} is not an Ed25519 private key in PEM.`, { hint: HINT_KEY });
}

/** A public key in PEM. @throws CodedError `usage.invalid` */
export function parseVerifyKey(pem: string, name: string): KeyObject {
  try {
    if (/PRIVATE KEY/.test(pem)) throw new TypeError("a private key");
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // told below
  }
  throw new CodedError("usage.invalid", `${name} is not an Ed25519 public key in PEM.`, { hint: HINT_KEY });
}

export interface SignOptions {
  readonly overwrite: boolean;
}

/** Signs a file with every key into `<path>.sig`. Returns the signature file's path. */
export async function signFile(
  path: string,
  keys: readonly KeyObject[],
  options: SignOptions,
): Promise<string> {
  const note = await noteOf(path);
  const lines = keys.map((key) => {
    const { name, id } = signerOf(createPublicKey(key));
    return `— ${name} ${Buffer.concat([id, sign(null, Buffer.from(note), key)]).toString("base64")}\n`;
  });
  const sink = await createFile(`${path}${SIGNATURE_SUFFIX}`, options);
  try {
    await sink.write(Buffer.from(`${note}\n${lines.join("")}`));
    await sink.commit();
  } finally {
    await sink.discard();
  }
  return `${path}${SIGNATURE_SUFFIX}`;
}

/** Rejects with `signature.invalid` unless one of the trusted keys signed exactly these bytes. Returns who did. */
export async function verifyFile(path: string, trusted: readonly KeyObject[]): Promise<readonly string[]> {
  const { note, signers } = await readSignature(`${path}${SIGNATURE_SUFFIX}`);
  const valid = trusted
    .map((key) => ({ key, ...signerOf(key) }))
    .filter(({ key, name, id }) =>
      signers.some(
        (signer) =>
          signer.name === name &&
          signer.bytes.subarray(0, id.length).equals(id) &&
          verify(null, Buffer.from(note), key, signer.bytes.subarray(id.length)),
      ),
    );
  if (valid.length === 0)
    throw invalid(
      path,
      "no trusted key signed it",
      "Get the file and its signature again, or ask its signer for the public key.",
    );
  if (note !== (await noteOf(path)))
    throw invalid(
      path,
      "the file is not the one that was signed",
      "Get the file again from where it was made.",
    );
  return valid.map(({ name }) => name);
}

/** What is signed. */
async function noteOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  } catch (error) {
    throw fileError(error, path, "read");
  }
  return `${FIRST_LINE}\nsha256 ${hash.digest("hex")}\nbytes ${bytes}\n`;
}

/** Name and id of a key, both made of the key itself. */
function signerOf(publicKey: KeyObject): { readonly name: string; readonly id: Buffer } {
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-RAW_KEY_BYTES);
  const name = `syncline-${createHash("sha256").update(raw).digest("hex").slice(0, 16)}`;
  const hash = createHash("sha256")
    .update(`${name}\n`)
    .update(Buffer.from([ED25519]))
    .update(raw);
  return { name, id: hash.digest().subarray(0, 4) };
}

interface SignedNote {
  readonly note: string;
  readonly signers: readonly { readonly name: string; readonly bytes: Buffer }[];
}

async function readSignature(path: string): Promise<SignedNote> {
  try {
    if ((await stat(path)).size > MAX_SIGNATURE_BYTES) throw malformed(path);
    const text = await readFile(path, "utf8");
    const end = text.indexOf("\n\n");
    const note = text.slice(0, end + 1);
    const lines = text
      .slice(end + 2)
      .split("\n")
      .slice(0, -1);
    const matches = lines.map((line) => SIGNER_LINE.exec(line));
    if (end < 0 || !note.startsWith(`${FIRST_LINE}\n`) || matches.length === 0 || matches.includes(null))
      throw malformed(path);
    return {
      note,
      signers: matches.map((match) => ({
        name: match?.[1] ?? "",
        bytes: canonicalBytes(match?.[2] ?? "", path),
      })),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw fileError(error, path, "read");
    throw new CodedError("signature.invalid", `There is no signature file "${path}".`, {
      hint: "Put the signature beside the file, or leave out --verify-signer.",
      cause: error,
    });
  }
}

/** The last digit of base64 has bits that mean nothing; another spelling is another file. */
function canonicalBytes(text: string, path: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) throw malformed(path);
  return bytes;
}

function malformed(path: string): CodedError {
  return invalid(path, "the signature file is damaged", "Get it again from where it was made.");
}

function invalid(path: string, problem: string, hint: string): CodedError {
  return new CodedError(
    "signature.invalid",
    `The signature of "${basename(path)}" does not hold: ${problem}.`,
    { hint },
  );
}
