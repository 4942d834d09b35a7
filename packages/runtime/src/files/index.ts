export { createSha256, localPatchFiles } from "./patch-files.ts";
