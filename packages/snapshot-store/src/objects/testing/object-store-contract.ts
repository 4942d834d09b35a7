import { randomBytes } from "node:crypto";
import { isCodedError } from "@syncline/core";
import type { ObjectStore, PutObject } from "@syncline/engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

export interface ContractStore {
  readonly store: ObjectStore;
  /** Everything that lies there, whatever its name: for seeing that nothing is left. */
  countUnfinished(): Promise<number>;
  remove(): Promise<void>;
}

export interface ContractOptions {
  readonly open: () => Promise<ContractStore>;
  /** Larger than what the store sends at once. */
  readonly largeBytes: number;
}

/** What every object store keeps to; see the port. */
export function runObjectStoreContract(name: string, { open, largeBytes }: ContractOptions): void {
  describe(`object store: ${name}`, () => {
    let opened: ContractStore;
    let store: ObjectStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(async () => opened.remove());

    const put = (key: string, body: AsyncIterable<Uint8Array> | string, more: Partial<PutObject> = {}) =>
      store.put({
        key,
        body: typeof body === "string" ? pieces(Buffer.from(body)) : body,
        ifAbsent: true,
        ...more,
      });
    const textOf = async (key: string, range: { offset?: number; length?: number } = {}) =>
      (await bytesOf(store.get(key, range))).toString();

    test("gives back what was put, whole and in ranges", async () => {
      const stored = await put("a/one.txt", "0123456789");
      expect(stored).toMatchObject({ key: "a/one.txt", sizeBytes: 10 });
      expect(await textOf("a/one.txt")).toBe("0123456789");
      expect(await textOf("a/one.txt", { offset: 3, length: 4 })).toBe("3456");
      expect(await textOf("a/one.txt", { offset: 8, length: 400 })).toBe("89");
      expect(await textOf("a/one.txt", { offset: 10 })).toBe("");
      expect(await textOf("a/one.txt", { offset: 99, length: 1 })).toBe("");
      expect(await textOf("a/one.txt", { length: 0 })).toBe("");
      const head = await store.head("a/one.txt");
      expect(head).toMatchObject({ key: "a/one.txt", sizeBytes: 10 });
      expect(Math.abs((head?.modifiedAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    });

    test("keeps empty and large objects byte for byte", async () => {
      const large = randomBytes(largeBytes);
      await put("empty", "");
      await put("large", pieces(large, 100_003));
      expect(await store.head("empty")).toMatchObject({ sizeBytes: 0 });
      expect(await textOf("empty")).toBe("");
      expect(await textOf("empty", { offset: 0, length: 5 })).toBe("");
      expect((await bytesOf(store.get("large"))).equals(large)).toBe(true);
      const middle = await bytesOf(store.get("large", { offset: 50_001, length: 1_234_567 }));
      expect(middle.equals(large.subarray(50_001, 50_001 + 1_234_567))).toBe(true);
    });

    test("says that there is no such object", async () => {
      expect(await store.head("a/none")).toBeNull();
      expect(await codeOf(bytesOf(store.get("a/none")))).toBe("file.not_found");
      await store.delete("a/none");
    });

    test("refuses a name that is taken, and replaces only when asked to", async () => {
      await put("a/one", "first");
      expect(await codeOf(put("a/one", "second"))).toBe("file.exists");
      expect(await codeOf(put("a/one", pieces(randomBytes(largeBytes))))).toBe("file.exists");
      expect(await textOf("a/one")).toBe("first");
      await put("a/one", "third", { ifAbsent: false });
      expect(await textOf("a/one")).toBe("third");
      expect(await opened.countUnfinished()).toBe(0);
    });

    test("lets one of many writers win", async () => {
      const writers = Array.from({ length: 12 }, (_, index) => put("race/x", `writer ${index}`));
      const outcomes = await Promise.allSettled(writers);
      const won = outcomes.flatMap((outcome, index) => (outcome.status === "fulfilled" ? [index] : []));
      expect(won).toHaveLength(1);
      expect(await textOf("race/x")).toBe(`writer ${won[0]}`);
      const lost = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
      expect(lost.map((error) => isCodedError(error) && error.code)).toEqual(Array(11).fill("file.exists"));
      expect(await opened.countUnfinished()).toBe(0);
    });

    test.each([10, largeBytes])("leaves nothing of a writer that fails after %i bytes", async (size) => {
      const failing = async function* () {
        yield* pieces(randomBytes(size));
        throw new Error("the rows ended early");
      };
      await expect(put("a/one", failing())).rejects.toThrow("the rows ended early");
      await put("a/two", "before");
      await expect(put("a/two", failing(), { ifAbsent: false })).rejects.toThrow("the rows ended early");
      expect(await store.head("a/one")).toBeNull();
      expect(await textOf("a/two")).toBe("before");
      expect(await opened.countUnfinished()).toBe(0);
    });

    test("leaves nothing of a writer that is told to stop", async () => {
      const stop = new AbortController();
      const endless = async function* () {
        for (let count = 0; ; count += 1) {
          if (count * 65_536 > largeBytes) stop.abort(new Error("stopped"));
          yield randomBytes(65_536);
        }
      };
      await expect(put("a/one", endless(), { signal: stop.signal })).rejects.toThrow("stopped");
      await expect(put("a/two", "x", { signal: stop.signal })).rejects.toThrow("stopped");
      expect(await store.head("a/one")).toBeNull();
      expect(await store.head("a/two")).toBeNull();
      expect(await opened.countUnfinished()).toBe(0);
    });

    test("closes what is read when the reader leaves, and stops when told to", async () => {
      await put("large", pieces(randomBytes(largeBytes)));
      for (let count = 0; count < 60; count += 1) for await (const _ of store.get("large")) break;
      const stop = new AbortController();
      const reading = (async () => {
        for await (const _ of store.get("large", { signal: stop.signal })) stop.abort(new Error("stopped"));
      })();
      await expect(reading).rejects.toThrow("stopped");
      expect(await store.head("large")).toMatchObject({ sizeBytes: largeBytes });
    });

    test("takes no more than it can send and gives no more than is asked for", async () => {
      let made = 0;
      let handed = 0;
      const counted = async function* () {
        for (; made < largeBytes; made += 65_536) yield randomBytes(65_536);
      };
      await put("large", counted());
      for await (const bytes of store.get("large")) {
        handed += bytes.length;
        if (handed > 300_000) break;
      }
      expect(handed).toBeLessThan(2_000_000);
    });

    test("lists by prefix, page by page, in byte order", async () => {
      const keys = ["a-b/1", "a.txt", "a/1", "a/2/x", "a/2/y", "a/20", "a0", "b/1", "b/2", "c"];
      for (const key of [...keys].reverse()) await put(key, key);
      expect(keys).toEqual([...keys].sort());
      const listed = async (prefix: string, limit: number, after?: string) => {
        const found: string[] = [];
        for (let next: string | null | undefined = after; next !== null; ) {
          const page = await store.list({ prefix, limit, ...(next === undefined ? {} : { after: next }) });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          for (const { key, sizeBytes } of page.items) expect(sizeBytes).toBe(key.length);
          found.push(...page.items.map(({ key }) => key));
          next = page.next;
        }
        return found;
      };
      for (const limit of [1, 3, 100]) expect(await listed("", limit)).toEqual(keys);
      expect(await listed("a/", 2)).toEqual(["a/1", "a/2/x", "a/2/y", "a/20"]);
      expect(await listed("a/2", 2)).toEqual(["a/2/x", "a/2/y", "a/20"]);
      expect(await listed("a", 100)).toEqual(keys.slice(0, 7));
      expect(await listed("zz", 100)).toEqual([]);
      expect(await listed("", 2, "a/1")).toEqual(keys.slice(3));
      expect(await listed("", 2, "a/1z")).toEqual(keys.slice(3));
      await store.delete("a/2/x");
      await store.delete("a/2/x");
      expect(await listed("a/2/", 5)).toEqual(["a/2/y"]);
    });

    test.each(HOSTILE_KEYS)("refuses the key %j", async (key) => {
      const refusals = [put(key, "x"), store.head(key), bytesOf(store.get(key)), store.delete(key)];
      for (const refusal of refusals) expect(await codeOf(refusal)).toBe("usage.invalid");
      expect((await store.list({ prefix: "", limit: 10 })).items).toEqual([]);
    });

    test("keeps objects while folders of theirs come and go", async () => {
      const coming = Array.from({ length: 20 }, async (_, index) => {
        await put(`deep/er/${index}/x`, "x");
        await store.delete(`deep/er/${index}/x`);
        await put(`deep/er/kept-${index}`, "x");
      });
      await Promise.all(coming);
      expect((await store.list({ prefix: "deep/", limit: 100 })).items).toHaveLength(20);
    });
  });
}

const HOSTILE_KEYS = [
  "",
  "/",
  "/etc/passwd",
  "..",
  "../x",
  "a/../../x",
  "a/./x",
  "a//x",
  "a/",
  ".incoming/x",
  "a/.x",
  "a\\..\\x",
  "a\0b",
  "a\nb",
  "ä",
  "Upper",
  "%2e%2e/x",
  `${"x".repeat(201)}`,
  `${"x/".repeat(300)}x`,
];

async function* pieces(bytes: Buffer, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const bytes of body) all.push(bytes);
  return Buffer.concat(all);
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => (isCodedError(error) ? error.code : String(error)),
  );
}
