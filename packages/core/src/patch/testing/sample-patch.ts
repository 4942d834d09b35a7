import { createHash } from "node:crypto";
import type { ByteSource } from "../byte-source.ts";
import { PatchWriter } from "../codec/patch-writer.ts";
import type { CreateDigest } from "../digest.ts";
import type { PatchHeader, PatchOperation, PatchRow, PatchTable } from "../patch.ts";

export const sha256: CreateDigest = () => {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
};

/** A source over bytes, handed out in pieces of `size`. */
export function memorySource(bytes: Uint8Array, size = 65_536): ByteSource {
  return {
    name: "sample.patch",
    async *open() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    },
  };
}

export function row(values: Readonly<Record<string, string | null>>): PatchRow {
  return new Map(Object.entries(values));
}

export const USERS: PatchTable = {
  name: "users",
  columns: [
    ["id", "integer"],
    ["name", "text"],
    ["big", "bigint"],
    ["ok", "boolean"],
  ],
  key: ["id"],
  fingerprint: "f1",
};

export const LOG: PatchTable = { name: "audit.log", columns: [["line", "text"]], key: [], fingerprint: "f2" };

export function sampleHeader(tables: readonly PatchTable[] = [USERS, LOG]): PatchHeader {
  return {
    format: "syncline-patch",
    version: 1,
    id: "01JD0000000000000000000000",
    createdAt: "2026-01-02T03:04:05.000Z",
    source: { locator: "production:shop", version: "PostgreSQL 18.4" },
    target: { locator: "staging:shop" },
    metadata: {
      createdBy: "ann",
      filter: { where: { status: { $in: ["active", null] } } },
      ignoreFields: ["updated_at"],
      fields: null,
      scope: { tenant: "shop" },
      complete: true,
      hash: "none",
      inverts: null,
    },
    base: null,
    tables,
  };
}

export const SAMPLE_OPERATIONS: readonly PatchOperation[] = [
  {
    op: "insert",
    table: "users",
    key: row({ id: "1" }),
    new: row({ id: "1", name: "Zoë", big: "9223372036854775807", ok: "t" }),
    count: 1,
  },
  {
    op: "update",
    table: "users",
    key: row({ id: "2" }),
    old: row({ name: null }),
    new: row({ name: 'a\nb\u2028\u001b\\"' }),
  },
  {
    op: "update",
    table: "users",
    key: row({ id: "3" }),
    old: row({ name: "", ok: "t" }),
    new: row({ name: "NULL", ok: null }),
  },
  {
    op: "delete",
    table: "users",
    key: row({ id: "4" }),
    old: row({ id: "4", name: "x", big: null, ok: "f" }),
    count: 1,
    of: 1,
  },
  { op: "insert", table: "audit.log", key: new Map(), new: row({ line: "in" }), count: 3 },
  { op: "delete", table: "audit.log", key: new Map(), old: row({ line: "out" }), count: 2, of: 5 },
];

export function patchBytes(operations = SAMPLE_OPERATIONS, header = sampleHeader()): Uint8Array {
  const writer = new PatchWriter(header, sha256);
  const checksums = {
    hash: "sha256",
    tables: header.tables.map(({ name }) => ({ name, source: "1-2-3", target: "4-5-6" })),
  };
  return Buffer.concat([writer.start(), writer.add(operations), writer.finish(checksums).bytes]);
}

/** All of a patch: its operations in one list. */
export async function collect<Item>(batches: AsyncIterable<readonly Item[]>): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const batch of batches) items.push(...batch);
  return items;
}
