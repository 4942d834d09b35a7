import { CodedError } from "@syncline/core";
import {
  assertObjectPrefix,
  type GetObject,
  type ListObjects,
  type ObjectPage,
  type ObjectStore,
  type PutObject,
  type StoredObject,
} from "@syncline/engine";
import { partsOf } from "./object-parts.ts";
import { abortable, objectExists, S3Bucket, type S3BucketOptions, type Sdk } from "./s3-bucket.ts";
import { s3Error, statusOf } from "./s3-error.ts";
import { S3Uploads } from "./s3-uploads.ts";

export type { S3Credentials } from "./s3-bucket.ts";

export interface S3ObjectStoreOptions extends S3BucketOptions {
  /** Objects above this are sent in parts of this size: 5 MiB at least, 16 MiB by default. */
  readonly partBytes?: number;
}

const PART_BYTES = 16 * 1024 * 1024;
const LEAST_PART_BYTES = 5 * 1024 * 1024;
const MOST_LISTED = 1_000;

/**
 * Objects in a bucket of S3 or a service like it. Asks for nothing until it is used. A service that knows no
 * conditional completion of a multipart upload checks a large object's name just before, not at, its completion.
 */
export async function openS3ObjectStore(options: S3ObjectStoreOptions): Promise<ObjectStore> {
  const sdk = await import("@aws-sdk/client-s3");
  return new S3ObjectStore(sdk, options);
}

class S3ObjectStore implements ObjectStore {
  readonly name: string;
  readonly #sdk: Sdk;
  readonly #bucket: S3Bucket;
  readonly #uploads: S3Uploads;
  readonly #partBytes: number;

  constructor(sdk: Sdk, { partBytes = PART_BYTES, ...options }: S3ObjectStoreOptions) {
    if (partBytes < LEAST_PART_BYTES)
      throw new CodedError(
        "usage.invalid",
        `Parts have at least ${LEAST_PART_BYTES} bytes, not ${partBytes}.`,
      );
    this.#sdk = sdk;
    this.#bucket = new S3Bucket(sdk, options);
    this.#uploads = new S3Uploads(this.#bucket);
    this.#partBytes = partBytes;
    this.name = this.#bucket.name;
  }

  async put({ key, body, ifAbsent, signal }: PutObject): Promise<StoredObject> {
    const place = this.#bucket.at(key);
    const isThere = async () => (await this.head(key)) !== null;
    signal?.throwIfAborted();
    if (ifAbsent && (await isThere())) throw objectExists(key);
    const parts = partsOf(body, this.#partBytes);
    try {
      const first = await parts.next();
      const second = first.value?.length === this.#partBytes ? await parts.next() : undefined;
      signal?.throwIfAborted();
      if (first.value !== undefined && second?.value !== undefined) {
        const all = rest([first.value, second.value], parts);
        return await this.#uploads.put({
          key,
          parts: all,
          partBytes: this.#partBytes,
          ifAbsent,
          isThere,
          signal,
        });
      }
      const bytes = first.value ?? Buffer.alloc(0);
      const condition = ifAbsent ? { IfNoneMatch: "*" } : {};
      const command = new this.#sdk.PutObjectCommand({ ...place, Body: bytes, ...condition });
      await this.#bucket.send(key, "write", () => this.#bucket.client.send(command, abortable(signal)));
      return { key, sizeBytes: bytes.length, modifiedAt: new Date() };
    } finally {
      await parts.return(undefined);
    }
  }

  async *get(key: string, { offset = 0, length, signal }: GetObject = {}): AsyncGenerator<Uint8Array> {
    const place = this.#bucket.at(key);
    if (length === 0) {
      if ((await this.head(key)) === null) throw notFound(key);
      return;
    }
    const last = length === undefined ? "" : String(offset + length - 1);
    const range = offset === 0 && length === undefined ? {} : { Range: `bytes=${offset}-${last}` };
    const leave = new AbortController();
    const stopped = signal === undefined ? leave.signal : AbortSignal.any([signal, leave.signal]);
    try {
      const command = new this.#sdk.GetObjectCommand({ ...place, ...range });
      const answer = await this.#bucket.client.send(command, abortable(stopped));
      let received = 0;
      for await (const bytes of answer.Body as AsyncIterable<Uint8Array>) {
        signal?.throwIfAborted();
        received += bytes.length;
        yield bytes;
      }
      if (answer.ContentLength !== undefined && received !== answer.ContentLength) throw cutOff(key);
    } catch (error) {
      signal?.throwIfAborted();
      if (statusOf(error) === 416) return; // behind the end
      throw s3Error(error, { key, store: this.name, verb: "read" });
    } finally {
      leave.abort();
    }
  }

  async head(key: string): Promise<StoredObject | null> {
    const command = new this.#sdk.HeadObjectCommand(this.#bucket.at(key));
    try {
      const found = await this.#bucket.client.send(command);
      return {
        key,
        sizeBytes: found.ContentLength ?? 0,
        modifiedAt: found.LastModified ?? new Date(0),
      };
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw s3Error(error, { key, store: this.name, verb: "read" });
    }
  }

  async list({ prefix, after, limit }: ListObjects): Promise<ObjectPage> {
    assertObjectPrefix(prefix);
    const { bucket, prefix: before, client } = this.#bucket;
    const command = new this.#sdk.ListObjectsV2Command({
      Bucket: bucket,
      Prefix: before + prefix,
      MaxKeys: Math.min(limit, MOST_LISTED),
      ...(after === undefined ? {} : { StartAfter: before + after }),
    });
    const page = await this.#bucket.send(prefix, "read", () => client.send(command));
    const items = (page.Contents ?? []).map((found) => ({
      key: (found.Key ?? "").slice(before.length),
      sizeBytes: found.Size ?? 0,
      modifiedAt: found.LastModified ?? new Date(0),
    }));
    return { items, next: page.IsTruncated === true ? (items.at(-1)?.key ?? null) : null };
  }

  async delete(key: string): Promise<void> {
    const command = new this.#sdk.DeleteObjectCommand(this.#bucket.at(key));
    try {
      await this.#bucket.client.send(command);
    } catch (error) {
      if (statusOf(error) === 404) return;
      throw s3Error(error, { key, store: this.name, verb: "write" });
    }
  }

  removeUnfinished(olderThan: Date): Promise<number> {
    return this.#uploads.removeUnfinished(olderThan);
  }

  async close(): Promise<void> {
    this.#bucket.close();
  }
}

async function* rest(
  first: readonly Uint8Array[],
  others: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* others;
}

function notFound(key: string): CodedError {
  return new CodedError("file.not_found", `There is no object "${key}".`);
}

function cutOff(key: string): CodedError {
  return new CodedError("connection.lost", `The object "${key}" was cut off on its way.`, {
    retryable: true,
  });
}
