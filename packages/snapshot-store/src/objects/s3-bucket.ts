import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import { CodedError } from "@syncline/core";
import { assertObjectKey } from "@syncline/engine";
import { s3Error, statusOf } from "./s3-error.ts";

export type Sdk = typeof import("@aws-sdk/client-s3");

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3BucketOptions {
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
}

const CONNECT_TIMEOUT_MS = 5_000;
/** Without a byte in either direction. */
const SILENCE_TIMEOUT_MS = 60_000;
const TRIES = 4;

/** A bucket, as far as keys begin with a prefix, and how it is asked. */
export class S3Bucket {
  /** For messages. */
  readonly name: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly sdk: Sdk;
  readonly client: S3Client;

  constructor(sdk: Sdk, options: S3BucketOptions) {
    const { bucket, prefix = "" } = options;
    this.name = `s3://${bucket}/${prefix}`;
    this.bucket = bucket;
    this.prefix = prefix;
    this.sdk = sdk;
    this.client = new sdk.S3Client(clientConfig(options));
  }

  /** Where an object lies, for commands. @throws CodedError `usage.invalid` for what is no key */
  at(key: string): { readonly Bucket: string; readonly Key: string } {
    assertObjectKey(key);
    return { Bucket: this.bucket, Key: this.prefix + key };
  }

  /**
   * Only one of many writers of a name wins; a service that wants the others to try again is asked what is there.
   * @throws CodedError `file.exists`, and what `s3Error` gives
   */
  async send<Result>(key: string, verb: "read" | "write", work: () => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (statusOf(error) === 412) throw objectExists(key);
        if (statusOf(error) !== 409 || tries === TRIES) throw s3Error(error, { key, store: this.name, verb });
      }
    }
  }

  close(): void {
    this.client.destroy();
  }
}

function clientConfig(options: S3BucketOptions): S3ClientConfig {
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

/** What the SDK takes beside a command. */
export function abortable(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

export function objectExists(key: string): CodedError {
  return new CodedError("file.exists", `There is an object "${key}" already.`);
}
