export type EmbeddedPostgresErrorCode =
  | "binaries-missing"
  | "no-unprivileged-user"
  | "data-directory-unusable"
  | "data-directory-in-use"
  | "other-major-version"
  | "init-failed"
  | "start-failed"
  | "stop-failed";

/** What went wrong (`message`), and what the reader can do about it (`hint`). */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
  readonly code: EmbeddedPostgresErrorCode;
  readonly hint: string;

  constructor(options: { code: EmbeddedPostgresErrorCode; message: string; hint: string; cause?: unknown }) {
    super(options.message, { cause: options.cause });
    this.code = options.code;
    this.hint = options.hint;
  }
}
