import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import {
  type ApprovalStatement,
  formatApprovalStatement,
  type PatchSignature,
  SIGNER_PATTERN,
  type VerifySignature,
} from "@syncline/core";

const PREFIX = "ed25519:";
const RAW_KEY_BYTES = 32;
/** What stands in front of the raw key in DER: SubjectPublicKeyInfo of Ed25519 (RFC 8410). */
const SPKI_START = Buffer.from("302a300506032b6570032100", "hex");

/** The text form of a key, private or public: `ed25519:` and the base64 of its public half. */
export function signerName(key: KeyObject): string {
  const half = key.type === "private" ? createPublicKey(key) : key;
  return `${PREFIX}${half.export({ type: "spki", format: "der" }).subarray(-RAW_KEY_BYTES).toString("base64")}`;
}

/** @throws CodedError `signature.invalid` when the statement has no canonical form */
export function signStatement(key: KeyObject, statement: ApprovalStatement): PatchSignature {
  const text = formatApprovalStatement(statement);
  return {
    statement: text,
    publicKey: signerName(key),
    signature: sign(null, Buffer.from(text), key).toString("base64"),
  };
}

export const verifyStatement: VerifySignature = (publicKey, bytes, signature) => {
  if (!SIGNER_PATTERN.test(publicKey)) return false;
  const raw = Buffer.from(publicKey.slice(PREFIX.length), "base64");
  try {
    const key = createPublicKey({ key: Buffer.concat([SPKI_START, raw]), format: "der", type: "spki" });
    return verify(null, bytes, key, Buffer.from(signature, "base64"));
  } catch {
    return false; // not a point of the curve
  }
};

/** A new private key in PEM, as openssl would write it. */
export function makeSigningKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
