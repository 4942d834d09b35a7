import type { ListMultipartUploadsCommandOutput, S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import { CodedError } from "@syncline/core";
import {
  assertObjectKey,
  assertObjectPrefix,
  type GetObject,
  type ListObjects,
  type ObjectPage,
  type ObjectStore,
  type PutObject,
  type StoredObject,
} from "@syncline/engine";
import { partsOf } from "./object-parts.ts";
import { s3Error, statusOf } from "./s3-error.ts";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3ObjectStoreOptions {
  readonly bucket: string;
  /** Before all keys, as `syncline/`; empty for none. */
  readonly prefix?: string;
  readonly region?: string;
  /** Of a service other than AWS. */
  readonly endpoint?: string;
  /** The bucket in the path instead of the host name; default true with an endpoint. */
  readonly forcePathStyle?: boolean;
  /** Read when they are needed, from wherever they are referred to; the SDK's own chain when absent. */
  readonly credentials?: () => Promise<S3Credentials>;
  /** Objects above this are sent in parts of this size: 5 MiB at least, 16 MiB by default. */
  readonly partBytes?: number;
}

const PART_BYTES = 16 * 1024 * 1024;
const LEAST_PART_BYTES = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Without a byte in either direction. */
const SILENCE_TIMEOUT_MS = 60_000;
const TRIES = 4;

type Sdk = typeof import("@aws-sdk/client-s3");

/**
 * Objects in a bucket of S3 or a service like it. Asks for nothing until it is used. A service that knows no
 * conditional completion of a multipart upload checks a large object's name just before, not at, its completion.
 */
export async function openS3ObjectStore(options: S3ObjectStoreOptions): Promise<ObjectStore> {
  const sdk = await import("@aws-sdk/client-s3");
  return new S3ObjectStore(sdk, options);
}

interface UploadMarker {
  readonly KeyMarker?: string;
  readonly UploadIdMarker?: string;
}

interface Upload {
  readonly key: string;
  readonly id: string;
}

class S3ObjectStore implements ObjectStore {
  readonly name: string;
  readonly #sdk: Sdk;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #partBytes: number;

  constructor(sdk: Sdk, options: S3ObjectStoreOptions) {
    const { bucket, prefix = "", partBytes = PART_BYTES } = options;
    if (partBytes < LEAST_PART_BYTES)
      throw new CodedError(
        "usage.invalid",
        `Parts have at least ${LEAST_PART_BYTES} bytes, not ${partBytes}.`,
      );
    this.name = `s3://${bucket}/${prefix}`;
    this.#sdk = sdk;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#partBytes = partBytes;
    this.#client = new sdk.S3Client(clientConfig(options));
  }

  async put({ key, body, ifAbsent, signal }: PutObject): Promise<StoredObject> {
    const at = this.#at(key);
    signal?.throwIfAborted();
    if (ifAbsent && (await this.head(key)) !== null) throw exists(key);
    const parts = partsOf(body, this.#partBytes);
    try {
      const first = await parts.next();
      const second = first.value?.length === this.#partBytes ? await parts.next() : undefined;
      signal?.throwIfAborted();
      if (first.value === undefined || second?.value === undefined)
        return await this.#putWhole(at, { key, bytes: first.value ?? Buffer.alloc(0), ifAbsent, signal });
      const all = rest([first.value, second.value], parts);
      return await this.#putParts(at, { key, parts: all, ifAbsent, signal });
    } finally {
      await parts.return(undefined);
    }
  }

  async #putWhole(
    at: string,
    {
      key,
      bytes,
      ifAbsent,
      signal,
    }: Pick<PutObject, "key" | "ifAbsent"> & {
      readonly bytes: Uint8Array;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<StoredObject> {
    const command = new this.#sdk.PutObjectCommand({
      Bucket: this.#bucket,
      Key: at,
      Body: bytes,
      ...(ifAbsent ? { IfNoneMatch: "*" } : {}),
    });
    await this.#send(key, "write", () => this.#client.send(command, abortable(signal)));
    return { key, sizeBytes: bytes.length, modifiedAt: new Date() };
  }

  async #putParts(
    at: string,
    {
      key,
      parts,
      ifAbsent,
      signal,
    }: Pick<PutObject, "key" | "ifAbsent"> & {
      readonly parts: AsyncIterable<Uint8Array>;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<StoredObject> {
    const place = { Bucket: this.#bucket, Key: at };
    const created = await this.#send(key, "write", () =>
      this.#client.send(new this.#sdk.CreateMultipartUploadCommand(place), abortable(signal)),
    );
    const upload = { key: at, id: created.UploadId ?? "" };
    try {
      const sent: { readonly ETag: string; readonly PartNumber: number }[] = [];
      let sizeBytes = 0;
      for await (const bytes of parts) {
        signal?.throwIfAborted();
        const number = sent.length + 1;
        if (number > MOST_PARTS) throw tooLarge(key, this.#partBytes);
        const command = new this.#sdk.UploadPartCommand({
          ...place,
          UploadId: upload.id,
          PartNumber: number,
          Body: bytes,
        });
        const part = await this.#send(key, "write", () => this.#client.send(command, abortable(signal)));
        sent.push({ ETag: part.ETag ?? "", PartNumber: number });
        sizeBytes += bytes.length;
      }
      if (ifAbsent && (await this.head(key)) !== null) throw exists(key);
      signal?.throwIfAborted();
      const command = new this.#sdk.CompleteMultipartUploadCommand({
        ...place,
        UploadId: upload.id,
        MultipartUpload: { Parts: sent },
        ...(ifAbsent ? { IfNoneMatch: "*" } : {}),
      });
      await this.#send(key, "write", () => this.#client.send(command));
      return { key, sizeBytes, modifiedAt: new Date() };
    } catch (error) {
      await this.#abort(upload).catch(() => {}); // the first error is the one to tell; removeUnfinished finds it
      throw error;
    }
  }

  async #abort({ key, id }: Upload): Promise<void> {
    await this.#client.send(
      new this.#sdk.AbortMultipartUploadCommand({ Bucket: this.#bucket, Key: key, UploadId: id }),
    );
  }

  async *get(key: string, { offset = 0, length, signal }: GetObject = {}): AsyncGenerator<Uint8Array> {
    const at = this.#at(key);
    if (length === 0) {
      if ((await this.head(key)) === null) throw notFound(key);
      return;
    }
    const last = length === undefined ? "" : String(offset + length - 1);
    const range = offset === 0 && length === undefined ? {} : { Range: `bytes=${offset}-${last}` };
    const leave = new AbortController();
    const stopped = signal === undefined ? leave.signal : AbortSignal.any([signal, leave.signal]);
    try {
      const command = new this.#sdk.GetObjectCommand({ Bucket: this.#bucket, Key: at, ...range });
      const answer = await this.#client.send(command, abortable(stopped));
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
    const command = new this.#sdk.HeadObjectCommand({ Bucket: this.#bucket, Key: this.#at(key) });
    try {
      const found = await this.#client.send(command);
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
    const command = new this.#sdk.ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: this.#prefix + prefix,
      MaxKeys: Math.min(limit, 1_000),
      ...(after === undefined ? {} : { StartAfter: this.#prefix + after }),
    });
    const page = await this.#send(prefix, "read", () => this.#client.send(command));
    const items = (page.Contents ?? []).map((found) => ({
      key: (found.Key ?? "").slice(this.#prefix.length),
      sizeBytes: found.Size ?? 0,
      modifiedAt: found.LastModified ?? new Date(0),
    }));
    return { items, next: page.IsTruncated === true ? (items.at(-1)?.key ?? null) : null };
  }

  async delete(key: string): Promise<void> {
    const command = new this.#sdk.DeleteObjectCommand({ Bucket: this.#bucket, Key: this.#at(key) });
    try {
      await this.#client.send(command);
    } catch (error) {
      if (statusOf(error) === 404) return;
      throw s3Error(error, { key, store: this.name, verb: "write" });
    }
  }

  async removeUnfinished(olderThan: Date): Promise<number> {
    const old = (await this.#uploads()).filter(({ startedAt }) => startedAt < olderThan);
    for (const upload of old) await this.#send(upload.key, "write", () => this.#abort(upload));
    return old.length;
  }

  async #uploads(): Promise<(Upload & { readonly startedAt: Date })[]> {
    const uploads: (Upload & { readonly startedAt: Date })[] = [];
    for (let after: UploadMarker | undefined = {}; after !== undefined; ) {
      const page: ListMultipartUploadsCommandOutput = await this.#uploadPage(after);
      for (const { Key: key = "", UploadId: id = "", Initiated: startedAt = new Date() } of page.Uploads ??
        [])
        uploads.push({ key, id, startedAt });
      const { IsTruncated, NextKeyMarker = "", NextUploadIdMarker = "" } = page;
      after =
        IsTruncated === true ? { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker } : undefined;
    }
    return uploads;
  }

  async #uploadPage(after: UploadMarker): Promise<ListMultipartUploadsCommandOutput> {
    const place = { Bucket: this.#bucket, Prefix: this.#prefix, ...after };
    const command = new this.#sdk.ListMultipartUploadsCommand(place);
    return this.#send(this.#prefix, "read", () => this.#client.send(command));
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  /** Only one of many writers of a name wins; a service that wants the others to try again is asked what is there. */
  async #send<Result>(key: string, verb: "read" | "write", work: () => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (statusOf(error) === 412) throw exists(key);
        if (statusOf(error) !== 409 || tries === TRIES) throw s3Error(error, { key, store: this.name, verb });
      }
    }
  }

  #at(key: string): string {
    assertObjectKey(key);
    return this.#prefix + key;
  }
}

function clientConfig(options: S3ObjectStoreOptions): S3ClientConfig {
  const { endpoint, credentials, region } = options;
  return {
    region: region ?? "us-east-1",
    forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
    // Services other than AWS refuse checksums in trailers, or store them as content.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: TRIES,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: SILENCE_TIMEOUT_MS },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

function abortable(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

async function* rest(
  first: readonly Uint8Array[],
  others: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* others;
}

function exists(key: string): CodedError {
  return new CodedError("file.exists", `There is an object "${key}" already.`);
}

function notFound(key: string): CodedError {
  return new CodedError("file.not_found", `There is no object "${key}".`);
}

function cutOff(key: string): CodedError {
  return new CodedError("connection.lost", `The object "${key}" was cut off on its way.`, {
    retryable: true,
  });
}

function tooLarge(key: string, partBytes: number): CodedError {
  return new CodedError(
    "limit.exceeded",
    `The object "${key}" has more than ${MOST_PARTS} parts of ${partBytes} bytes.`,
    { hint: "Set a larger part size." },
  );
}
