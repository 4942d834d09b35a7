export { type AgeIdentities, type AgeRecipients, parseIdentities, parseRecipients } from "./age-keys.ts";
export { parseSigningKey, parseVerifyKey, SIGNATURE_SUFFIX, signFile, verifyFile } from "./signature.ts";
export { makeSigningKey, signerName, signStatement, verifyStatement } from "./statement-signature.ts";
