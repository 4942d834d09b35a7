/** A file in an object store. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

export interface PutObject {
  readonly key: string;
  /** Pulled as fast as the store takes it, so that memory stays bounded. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Refuse with `file.exists` when there is such an object already, also one that appears meanwhile. */
  readonly ifAbsent: boolean;
  readonly signal?: AbortSignal;
}

export interface GetObject {
  /** First byte, from 0; a place behind the end gives no bytes. */
  readonly offset?: number;
  /** How many bytes at most; all the rest when absent. */
  readonly length?: number;
  readonly signal?: AbortSignal;
}

export interface ListObjects {
  /** Text that the keys start with; it may end within a name. Empty for all. */
  readonly prefix: string;
  /** The key after which to go on: `next` of the page before. */
  readonly after?: string;
  readonly limit: number;
}

export interface ObjectPage {
  /** In byte order of their keys. */
  readonly items: readonly StoredObject[];
  /** Key to go on after; null on the last page. */
  readonly next: string | null;
}

/**
 * Files that all replicas of the service share: results and patches. An object is written once and whole, under a key
 * that names its writer; it is replaced only where `ifAbsent` is false.
 *
 * Keys are names joined by `/`, of lower-case letters, digits and `_ . = -`, each starting with a letter or digit, at
 * most 512 characters (`assertObjectKey`); others are refused with `usage.invalid` before anything is touched. A key
 * must not also be the folder of another one (`a` beside `a/b`).
 *
 * Every method may be called by any number of users at once. Rejections: `file.io_failed` (disk full, storage fails),
 * `connection.refused`, `connection.timeout`, `connection.lost`, `permission.denied`, and the signal's reason.
 */
export interface ObjectStore {
  /** How messages name it; without credentials. */
  readonly name: string;
  /**
   * Atomic and durable: once it resolves, the whole object survives a power cut; if it rejects, or the process dies,
   * the key is as before. Not retried as a whole, since `body` is read once; requests that carry a part of it are.
   */
  put(input: PutObject): Promise<StoredObject>;
  /**
   * Nothing is opened until the first byte is asked for, and leaving the loop closes it. Rejects there with
   * `file.not_found`. An object that is deleted meanwhile may still be read to its end or fail; it is never cut silently.
   */
  get(key: string, options?: GetObject): AsyncIterable<Uint8Array>;
  /** Null when there is none. Sees every `put` that has resolved. */
  head(key: string): Promise<StoredObject | null>;
  /** Unfinished objects are not listed. Objects put or deleted while paging may or may not be seen. */
  list(input: ListObjects): Promise<ObjectPage>;
  /** Idempotent: no object, no error. */
  delete(key: string): Promise<void>;
  /** Removes what writers that died left behind before `olderThan`; gives the number. Never touches an object. */
  removeUnfinished(olderThan: Date): Promise<number>;
  /** Ends connections. What is still running may fail. */
  close(): Promise<void>;
}
