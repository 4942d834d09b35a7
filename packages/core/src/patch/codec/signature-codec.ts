import { type PatchSignature, SIGNATURE_PATTERN, SIGNER_PATTERN } from "../approval-statement.ts";
import { damaged, type FilePosition } from "./file-position.ts";
import type { JsonObject } from "./json-cursor.ts";
import { JsonFields } from "./json-fields.ts";

export const SIGNATURES_NAME = "signatures";

/** Nobody has more approvers, and each costs who reads the file. */
export const MOST_SIGNATURES = 256;
const LONGEST_STATEMENT = 4096;

/** What stands behind the checksum: outside of everything that the patch's hash covers. */
export function encodeSignatures(signatures: readonly PatchSignature[]): string {
  if (signatures.length === 0) return "";
  const list = signatures.map(({ statement, publicKey, signature }) =>
    JSON.stringify({ statement, publicKey, signature }),
  );
  return `,"${SIGNATURES_NAME}":[${list.join(",")}]`;
}

/** Checks their form only; whether a signature holds is another question. */
export function decodeSignatures(members: JsonObject, at: FilePosition): readonly PatchSignature[] {
  const fields = new JsonFields(members, at);
  if (!fields.has(SIGNATURES_NAME)) return [];
  const list = fields.objects(SIGNATURES_NAME);
  if (list.length === 0 || list.length > MOST_SIGNATURES)
    throw fields.wrong(SIGNATURES_NAME, `a list of 1 to ${MOST_SIGNATURES} signatures`);
  return list.map((item) => {
    item.only(["statement", "publicKey", "signature"]);
    const found = {
      statement: item.string("statement"),
      publicKey: item.string("publicKey"),
      signature: item.string("signature"),
    };
    if (found.statement.length > LONGEST_STATEMENT)
      throw item.wrong("statement", `at most ${LONGEST_STATEMENT} characters long`);
    if (!SIGNER_PATTERN.test(found.publicKey))
      throw item.wrong("publicKey", "ed25519: and the base64 of 32 bytes");
    if (!SIGNATURE_PATTERN.test(found.signature)) throw item.wrong("signature", "the base64 of 64 bytes");
    return found;
  });
}

/**
 * The closing line without its signatures. They must be its end and in the writer's form: whatever else stood behind
 * the checksum would be covered by nothing.
 */
export function withoutSignatures(
  closing: string,
  signatures: readonly PatchSignature[],
  at: FilePosition,
): string {
  if (signatures.length === 0) return closing;
  const tail = `${encodeSignatures(signatures)}}\n`;
  if (closing.endsWith(tail)) return `${closing.slice(0, -tail.length)}}\n`;
  throw damaged(at, '"signatures" must end the closing line, each as it was written');
}
