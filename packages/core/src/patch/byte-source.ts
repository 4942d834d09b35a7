/** Bytes that can be read from the start more than once: a file, already decompressed. */
export interface ByteSource {
  /** How messages name it: a file's path. */
  readonly name: string;
  open(): AsyncIterable<Uint8Array>;
}
