import { describe, expect, it } from "vitest";
import { CommitWatch } from "./commit-watch.ts";
import { type Message, MessageFramer } from "./message-framer.ts";

function typed(type: string, body: string): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 0, "latin1");
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, Buffer.from(body, "latin1")]);
}

function startup(code: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(8, 0);
  bytes.writeInt32BE(code, 4);
  return bytes;
}

const SSL_REQUEST = 80_877_103;
const PROTOCOL_3 = 196_608;

describe("MessageFramer", () => {
  const stream = Buffer.concat([
    startup(SSL_REQUEST),
    startup(PROTOCOL_3),
    typed("Q", "SELECT 1\0"),
    typed("X", ""),
  ]);

  it.each([1, 3, 7, 1_000])("finds the same messages in chunks of %i bytes", (size) => {
    const framer = new MessageFramer("frontend");
    const found: Message[] = [];
    for (let at = 0; at < stream.length; at += size)
      found.push(...framer.push(stream.subarray(at, at + size)));
    expect(found.map((message) => message.type)).toEqual(["startup", "startup", "Q", "X"]);
    expect(Buffer.concat(found.map((message) => message.raw))).toEqual(stream);
  });

  it("takes the answer to an encryption request as one byte", () => {
    const framer = new MessageFramer("backend");
    framer.expectSingleByte();
    const found = framer.push(Buffer.concat([Buffer.from("N"), typed("Z", "I")]));
    expect(found.map((message) => message.type)).toEqual(["byte", "Z"]);
  });

  it("refuses what is no PostgreSQL message", () => {
    expect(() => new MessageFramer("backend").push(Buffer.from([0x48, 0, 0, 0, 1]))).toThrow("length 1");
  });
});

describe("CommitWatch", () => {
  const message = (type: string, body: string): Message => ({
    type,
    body: Buffer.from(body, "latin1"),
    raw: Buffer.alloc(0),
  });

  it.each([
    ["COMMIT", true],
    ["  commit and chain", true],
    ["INSERT INTO t VALUES (1); COMMIT", true],
    ["END", true],
    ["SELECT 'COMMIT'", false],
    ["INSERT INTO commits VALUES (1)", false],
    ["SELECT 1 AS endpoint", false],
  ])("simple %j: %j", (text, expected) => {
    expect(new CommitWatch().sees(message("Q", `${text}\0`))).toBe(expected);
  });

  it("follows statement and portal of the extended protocol to the Execute", () => {
    const watch = new CommitWatch();
    expect(watch.sees(message("P", "s1\0COMMIT\0\0\0"))).toBe(false);
    expect(watch.sees(message("B", "p1\0s1\0\0\0"))).toBe(false);
    expect(watch.sees(message("E", "p1\0\0\0\0\0"))).toBe(true);
    watch.sees(message("P", "s1\0SELECT 1\0\0\0"));
    watch.sees(message("B", "p1\0s1\0\0\0"));
    expect(watch.sees(message("E", "p1\0\0\0\0\0"))).toBe(false);
  });
});
