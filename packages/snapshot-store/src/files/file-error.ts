import { CodedError, isCodedError } from "@syncline/core";

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full; free some space or write elsewhere.",
  EDQUOT: "The disk quota is used up; free some space or write elsewhere.",
  EACCES: "Check the permissions of the file and its folder.",
  EPERM: "Check the permissions of the file and its folder.",
  EROFS: "The file system is read-only; write elsewhere.",
  EFBIG: "The file system or a limit of the shell does not allow a file that large.",
};

const ABORTED = new Set(["ABORT_ERR", "ERR_STREAM_PREMATURE_CLOSE"]);

/** Turns an error of the file system or of decompression into ours, by its code. */
export function fileError(error: unknown, path: string, verb: "read" | "write"): unknown {
  if (isCodedError(error)) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (typeof code !== "string" || ABORTED.has(code)) return error;
  if (code === "ENOENT") return notFound(path, verb);
  if (verb === "read" && /^(Z_|ZSTD_|ERR_ZSTD|ERR_BUFFER_TOO_LARGE)/.test(code))
    return compressedDamage(path, error);
  const hint = HINTS[code];
  return new CodedError("file.io_failed", `Cannot ${verb} "${path}": the system says ${code}.`, {
    ...(hint === undefined ? {} : { hint }),
    details: { systemCode: code },
    cause: error,
  });
}

function notFound(path: string, verb: "read" | "write"): CodedError {
  return verb === "read"
    ? new CodedError("file.not_found", `There is no file "${path}".`, { hint: "Check the path." })
    : new CodedError("file.not_found", `There is no folder for "${path}".`, {
        hint: "Make the folder first, or write elsewhere.",
      });
}

function compressedDamage(path: string, cause: unknown): CodedError {
  return new CodedError("file.damaged", `The compressed data of "${path}" is damaged or cut off.`, {
    hint: "Get the file again from where it was made.",
    cause,
  });
}
