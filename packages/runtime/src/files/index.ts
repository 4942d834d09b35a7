export {
  makeSigningKey,
  parseRecipients,
  parseSigningKey,
  parseVerifyKey,
  SIGNATURE_SUFFIX,
  signerName,
  signFile,
  signStatement,
  verifyFile,
  verifyStatement,
} from "@syncline/snapshot-store/sealing";
export { createChangeSpool } from "./change-spool.ts";
export { type FileKeys, type KeyPlaces, readIdentities, readKeyText } from "./file-keys.ts";
export { createSha256, localPatchFiles, patchFilesWithKeys } from "./patch-files.ts";
