import type { ListMultipartUploadsCommandOutput } from "@aws-sdk/client-s3";
import { CodedError } from "@syncline/core";
import type { StoredObject } from "@syncline/engine";
import { abortable, objectExists, type S3Bucket } from "./s3-bucket.ts";

const MOST_PARTS = 10_000;

interface Upload {
  /** With the bucket's prefix. */
  readonly key: string;
  readonly id: string;
}

interface UploadMarker {
  readonly KeyMarker?: string;
  readonly UploadIdMarker?: string;
}

interface SentPart {
  readonly ETag: string;
  readonly PartNumber: number;
}

export interface UploadParts {
  readonly key: string;
  readonly parts: AsyncIterable<Uint8Array>;
  readonly partBytes: number;
  readonly ifAbsent: boolean;
  /** Asked just before the end, for services whose completion knows no condition. */
  readonly isThere: () => Promise<boolean>;
  readonly signal: AbortSignal | undefined;
}

/** Objects that are sent in parts: nothing is to be seen before the last one has come. */
export class S3Uploads {
  readonly #at: S3Bucket;

  constructor(bucket: S3Bucket) {
    this.#at = bucket;
  }

  /** @throws CodedError `file.exists`, `limit.exceeded`, and what the bucket says */
  async put(input: UploadParts): Promise<StoredObject> {
    const { key, signal } = input;
    const { sdk, client } = this.#at;
    const place = this.#at.at(key);
    const created = await this.#at.send(key, "write", () =>
      client.send(new sdk.CreateMultipartUploadCommand(place), abortable(signal)),
    );
    const upload = { key: place.Key, id: created.UploadId ?? "" };
    try {
      const { sent, sizeBytes } = await this.#sendParts(upload, input);
      if (input.ifAbsent && (await input.isThere())) throw objectExists(key);
      signal?.throwIfAborted();
      const command = new sdk.CompleteMultipartUploadCommand({
        ...place,
        UploadId: upload.id,
        MultipartUpload: { Parts: sent },
        ...(input.ifAbsent ? { IfNoneMatch: "*" } : {}),
      });
      await this.#at.send(key, "write", () => client.send(command));
      return { key, sizeBytes, modifiedAt: new Date() };
    } catch (error) {
      await this.#abort(upload).catch(() => {}); // the first error is the one to tell; removeUnfinished finds it
      throw error;
    }
  }

  async #sendParts(
    { id }: Upload,
    { key, parts, partBytes, signal }: UploadParts,
  ): Promise<{ readonly sent: SentPart[]; readonly sizeBytes: number }> {
    const { sdk, client } = this.#at;
    const sent: SentPart[] = [];
    let sizeBytes = 0;
    for await (const bytes of parts) {
      signal?.throwIfAborted();
      const number = sent.length + 1;
      if (number > MOST_PARTS) throw tooLarge(key, partBytes);
      const part = { ...this.#at.at(key), UploadId: id, PartNumber: number, Body: bytes };
      const answer = await this.#at.send(key, "write", () =>
        client.send(new sdk.UploadPartCommand(part), abortable(signal)),
      );
      sent.push({ ETag: answer.ETag ?? "", PartNumber: number });
      sizeBytes += bytes.length;
    }
    return { sent, sizeBytes };
  }

  /** Ends what was begun before a moment and never finished; how many. */
  async removeUnfinished(olderThan: Date): Promise<number> {
    const old = (await this.#all()).filter(({ startedAt }) => startedAt < olderThan);
    for (const upload of old) await this.#at.send(upload.key, "write", () => this.#abort(upload));
    return old.length;
  }

  async #abort({ key, id }: Upload): Promise<void> {
    const { sdk, client, bucket } = this.#at;
    await client.send(new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: id }));
  }

  async #all(): Promise<(Upload & { readonly startedAt: Date })[]> {
    const uploads: (Upload & { readonly startedAt: Date })[] = [];
    for (let after: UploadMarker | undefined = {}; after !== undefined; ) {
      const page: ListMultipartUploadsCommandOutput = await this.#page(after);
      for (const { Key: key = "", UploadId: id = "", Initiated: startedAt = new Date() } of page.Uploads ??
        [])
        uploads.push({ key, id, startedAt });
      const { IsTruncated, NextKeyMarker = "", NextUploadIdMarker = "" } = page;
      after =
        IsTruncated === true ? { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker } : undefined;
    }
    return uploads;
  }

  async #page(after: UploadMarker): Promise<ListMultipartUploadsCommandOutput> {
    const { sdk, client, bucket, prefix } = this.#at;
    const command = new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...after });
    return this.#at.send(prefix, "read", () => client.send(command));
  }
}

function tooLarge(key: string, partBytes: number): CodedError {
  return new CodedError(
    "limit.exceeded",
    `The object "${key}" has more than ${MOST_PARTS} parts of ${partBytes} bytes.`,
    { hint: "Set a larger part size." },
  );
}
