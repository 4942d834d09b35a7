import type { ByteSource } from "@syncline/core";

/** A file being written. It appears under its name with `commit`, whole, or not at all. */
export interface ByteSink {
  /** Resolves when more may be written. Rejects with `file.io_failed`, as when the disk is full. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the file durable and gives it its name. Rejects with `file.exists` when someone else took it meanwhile. */
  commit(): Promise<void>;
  /** Leaves nothing behind; does nothing after `commit`. */
  discard(): Promise<void>;
}

/** Room for something to be read back within the same run. */
export interface ScratchFile extends ByteSource {
  write(bytes: Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

/** Where patch and conflict files are. Compression is seen by suffix when writing, by content when reading. */
export interface PatchFiles {
  /** Rejects with `file.not_found`, `file.io_failed`, or `file.unsupported` for an encrypted file. */
  open(path: string): Promise<ByteSource>;
  /** Rejects with `file.exists` unless `overwrite`, before anything is written. */
  create(path: string, options: { readonly overwrite: boolean }): Promise<ByteSink>;
  /** A scratch file beside `path`, so that it counts against the same disk. */
  scratch(path: string): Promise<ScratchFile>;
}
