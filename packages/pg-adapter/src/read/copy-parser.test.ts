import { expect, it } from "vitest";
import { CopyParser, type SortField } from "./copy-parser.ts";

const HEADER = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);

function row(fields: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(2);
  head.writeInt16BE(fields.length);
  const parts = fields.map((field) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(field.length);
    return Buffer.concat([length, field]);
  });
  return Buffer.concat([head, ...parts]);
}

function parse(sort: readonly SortField[], rows: readonly (readonly Buffer[])[], chunk: number): string[] {
  const input = Buffer.concat([HEADER, ...rows.map(row), Buffer.from([0xff, 0xff])]);
  const parser = new CopyParser({ sort, hash: 1, address: 1 });
  const found: string[] = [];
  for (let at = 0; at < input.length; at += chunk) {
    const batch = parser.push(input.subarray(at, at + chunk));
    for (let i = 0; i < (batch?.count ?? 0); i += 1) {
      const part = (n: number) =>
        Buffer.from(
          batch?.bytes.subarray(batch.offsets[i * 3 + n], batch.offsets[i * 3 + n + 1]) ?? [],
        ).toString("hex");
      found.push(`${part(0)} ${part(1)} ${part(2)}`);
    }
  }
  expect(parser.ended).toBe(true);
  return found;
}

const hash = Buffer.from("aa", "hex");
const address = Buffer.from("bbcc", "hex");

it.each([1, 2, 3, 7, 1_000])("gives the same rows in chunks of %i bytes", (chunk) => {
  const rows = [
    [Buffer.from("80000001", "hex"), hash, address],
    [Buffer.from("00000001", "hex"), hash, address],
  ];
  expect(parse(["signed"], rows, chunk)).toEqual(["00000001 aa bbcc", "80000001 aa bbcc"]);
});

it("ends variable-width parts so that no part runs into the next", () => {
  const rows = [[Buffer.from("a"), Buffer.from("00ff", "hex"), Buffer.from("b"), hash, address]];
  expect(parse(["terminated", "escaped", "bytes"], rows, 5)).toEqual(["61000" + "0ffff000062 aa bbcc"]);
});
