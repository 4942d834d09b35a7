export { type CreateOptions, createFile, temporaryName } from "./create-file.ts";
export { fileError } from "./file-error.ts";
export { decompressBytes, type OpenOptions, openFile } from "./read-file.ts";
export { createScratchFile } from "./scratch-file.ts";
