import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { CreateBucketCommand, ListMultipartUploadsCommand, S3Client } from "@aws-sdk/client-s3";
import { scale } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openS3ObjectStore } from "./s3-object-store.ts";
import { type CephGateway, hasCephGateway, startCephGateway } from "./testing/ceph-gateway.ts";
import { runObjectStoreContract } from "./testing/object-store-contract.ts";

const reason = reasonToSkip();
if (reason !== null) console.warn(`S3 object store: not tested, ${reason}`);

function reasonToSkip(): string | null {
  if (scale < 1) return "since it takes half a minute; `pnpm guarantees` does";
  if (hasCephGateway()) return null;
  return "since no S3 service is installed (Debian: ceph-mon ceph-osd radosgw)";
}

describe.skipIf(reason !== null)("S3", () => {
  let gateway: CephGateway;
  let client: S3Client;
  let buckets = 0;
  beforeAll(async () => {
    gateway = await startCephGateway();
    client = new S3Client({
      region: "us-east-1",
      endpoint: gateway.endpoint,
      forcePathStyle: true,
      credentials: gateway,
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  });
  afterAll(async () => gateway.stop());

  const openStore = async (more: { prefix?: string; secret?: string; bucket?: string } = {}) => {
    buckets += 1;
    const bucket = more.bucket ?? `bucket-${buckets}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const store = await openS3ObjectStore({
      bucket,
      prefix: more.prefix ?? "syncline/",
      endpoint: gateway.endpoint,
      partBytes: 5 * 1024 * 1024,
      credentials: async () => ({
        accessKeyId: gateway.accessKeyId,
        secretAccessKey: more.secret ?? gateway.secretAccessKey,
      }),
    });
    const unfinished = async () =>
      (await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.length ?? 0;
    return { store, bucket, countUnfinished: unfinished, remove: async () => store.close() };
  };

  runObjectStoreContract("S3", { open: () => openStore(), largeBytes: 12 * 1024 * 1024 });

  async function* pieces(bytes: Uint8Array, size = 65_536) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }

  test.each([5, 10].map((parts) => parts * 1024 * 1024))(
    "keeps %i bytes, which fill whole parts",
    async (size) => {
      const { store, remove } = await openStore();
      const bytes = randomBytes(size);
      await store.put({ key: "exact", body: pieces(bytes), ifAbsent: true });
      const read: Uint8Array[] = [];
      for await (const piece of store.get("exact")) read.push(piece);
      expect(Buffer.concat(read).equals(bytes)).toBe(true);
      await remove();
    },
  );

  test("removes uploads that died writers left, and only old ones", async () => {
    const { store, countUnfinished, remove } = await openStore();
    const stuck = store.put({
      key: "stuck",
      ifAbsent: true,
      body: (async function* () {
        yield randomBytes(11 * 1024 * 1024);
        await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
      })(),
    });
    stuck.catch(() => {});
    while ((await countUnfinished()) === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await store.removeUnfinished(new Date(Date.now() - 3_600_000))).toBe(0);
    expect(await store.removeUnfinished(new Date(Date.now() + 3_600_000))).toBe(1);
    expect(await countUnfinished()).toBe(0);
    await remove();
  });

  test("stays within its prefix", async () => {
    const one = await openStore({ bucket: "shared", prefix: "one/" });
    const two = await openS3ObjectStore({
      bucket: "shared",
      prefix: "two/",
      endpoint: gateway.endpoint,
      credentials: async () => gateway,
    });
    await one.store.put({ key: "x", body: pieces(Buffer.from("1")), ifAbsent: true });
    expect((await two.list({ prefix: "", limit: 9 })).items).toEqual([]);
    expect(await two.head("x")).toBeNull();
    await two.close();
    await one.remove();
  });

  test("errors name the problem and no credentials", async () => {
    const wrong = await openStore({ secret: "c4n4ry-s3cret" });
    const denied = await wrong.store.head("x").catch((error: unknown) => error);
    expect(denied).toMatchObject({ code: "permission.denied" });
    const put = await wrong.store
      .put({ key: "x", body: pieces(Buffer.from("x")), ifAbsent: false })
      .catch((error: unknown) => error);
    expect(put).toMatchObject({ code: "permission.denied" });
    for (const error of [denied, put]) {
      const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
      expect(shown).not.toMatch(/c4n4ry|Signature=|Credential=/);
    }
    expect(inspect(wrong.store, { depth: 9 })).not.toContain("c4n4ry");
    const away = await openS3ObjectStore({
      bucket: "none",
      endpoint: "http://127.0.0.1:9",
      credentials: async () => gateway,
    });
    await expect(away.head("x")).rejects.toMatchObject({ code: "connection.refused", retryable: true });
    const nowhere = await openS3ObjectStore({
      bucket: "no-such-bucket",
      endpoint: gateway.endpoint,
      credentials: async () => gateway,
    });
    await expect(nowhere.list({ prefix: "", limit: 1 })).rejects.toMatchObject({
      code: "file.not_found",
      message: expect.stringContaining("no such bucket"),
    });
  });

  test("memory does not grow with an object", async () => {
    const { store, remove } = await openStore();
    const before = process.memoryUsage.rss();
    const zeros = Buffer.alloc(65_536);
    const endless = async function* () {
      for (let count = 0; count < 3_200; count += 1) yield zeros;
    };
    await store.put({ key: "large", body: endless(), ifAbsent: true });
    expect((process.memoryUsage.rss() - before) / 1e6).toBeLessThan(150);
    expect(await store.head("large")).toMatchObject({ sizeBytes: 3_200 * 65_536 });
    await remove();
  });
});
