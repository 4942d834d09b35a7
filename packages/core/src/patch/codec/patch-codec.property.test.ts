import fc from "fast-check";
import { expect, it } from "vitest";
import { invertOperation } from "../invert-patch.ts";
import type { PatchOperation, PatchTable } from "../patch.ts";
import { collect, memorySource, patchBytes, sampleHeader, sha256 } from "../testing/sample-patch.ts";
import { openPatch } from "./patch-reader.ts";

const seed = Number(process.env.SYNCLINE_SEED ?? "20260101");
const text = fc.string({ unit: "binary", maxLength: 20 }).map((value) => value.replaceAll("\0", ""));
const name = text.filter((value) => value !== "");
const integer = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String);
const VALUES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  integer,
  smallint: fc.integer({ min: -32768, max: 32767 }).map(String),
  boolean: fc.constantFrom("t", "f"),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  "numeric(10,2)": fc.constantFrom("NaN", "1.00", "-0.10", "12345678901234567890.123456789"),
  text,
  jsonb: fc.json(),
};
const type = fc.constantFrom(...Object.keys(VALUES));

const table: fc.Arbitrary<PatchTable> = fc
  .tuple(
    fc.uniqueArray(name, { minLength: 1, maxLength: 6 }),
    fc.array(type, { minLength: 6, maxLength: 6 }),
    fc.nat(6),
  )
  .map(([names, types, keys]) => ({
    name: "t",
    columns: names.map((column, index) => [column, types[index] as string] as const),
    key: names.slice(0, keys),
    fingerprint: "f",
  }));

function rowOf(columns: PatchTable["columns"]) {
  return fc
    .tuple(...columns.map(([, of]) => fc.option(VALUES[of] as fc.Arbitrary<string>, { nil: null })))
    .map((values) => new Map(columns.map(([column], index) => [column, values[index] as string | null])));
}

function operationOf(table: PatchTable): fc.Arbitrary<PatchOperation> {
  return fc
    .tuple(
      rowOf(table.columns),
      rowOf(table.columns),
      fc.constantFrom("insert", "update", "delete"),
      fc.integer({ min: 1, max: 9 }),
    )
    .map(([a, b, op, n]): PatchOperation => {
      const key = new Map([...a].filter(([column]) => table.key.includes(column)));
      const count = key.size === 0 ? n : 1;
      if (op === "insert" || table.key.length === 0) return { op: "insert", table: "t", key, new: a, count };
      if (op === "delete") return { op, table: "t", key, old: a, count, of: count };
      return { op: "update", table: "t", key, old: a, new: b };
    });
}

const patch = table.chain((one) => fc.tuple(fc.constant(one), fc.array(operationOf(one), { maxLength: 12 })));

it("reads back any operations of any columns", async () => {
  const property = fc.asyncProperty(
    patch,
    fc.integer({ min: 1, max: 200 }),
    async ([one, operations], size) => {
      const bytes = patchBytes(operations, sampleHeader([one]));
      JSON.parse(Buffer.from(bytes).toString());
      const file = await openPatch(memorySource(bytes, size), { createDigest: sha256 });
      expect(await collect(file.operations())).toEqual(operations);
    },
  );
  await fc.assert(property, { seed, numRuns: 500 });
});

it("gives every operation back when inverted twice", () => {
  const property = fc.property(patch, ([, operations]) => {
    for (const operation of operations)
      expect(invertOperation(invertOperation(operation))).toMatchObject(operation);
  });
  fc.assert(property, { seed, numRuns: 300 });
});

it("refuses random damage", async () => {
  const bytes = patchBytes();
  const damage = fc.tuple(fc.nat(bytes.length - 1), fc.nat(40), fc.uint8Array({ maxLength: 40 }));
  const property = fc.asyncProperty(damage, async ([at, length, replacement]) => {
    const damaged = Buffer.concat([bytes.subarray(0, at), replacement, bytes.subarray(at + length)]);
    fc.pre(!damaged.equals(bytes));
    const read = async () =>
      collect((await openPatch(memorySource(damaged), { createDigest: sha256 })).operations());
    await expect(read()).rejects.toMatchObject({
      code: expect.stringMatching(/^file\.(damaged|unsupported)$/),
    });
  });
  await fc.assert(property, { seed, numRuns: 2000 });
});
