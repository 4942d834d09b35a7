import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFile, openFile } from "../files/index.ts";
import {
  parseIdentities,
  parseRecipients,
  parseSigningKey,
  parseVerifyKey,
  signFile,
  verifyFile,
} from "./index.ts";

let folder: string;
let identity: string;
let recipient: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-sealing-"));
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

async function write(
  path: string,
  data: Uint8Array,
  recipients: readonly string[] = [recipient],
): Promise<void> {
  const sink = await createFile(path, { overwrite: true, recipients });
  await sink.write(data);
  await sink.commit();
}

async function read(path: string, identities: readonly string[] = [identity]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of (await openFile(path, { identities })).open()) parts.push(part);
  return Buffer.concat(parts);
}

const DATA = Buffer.from(Array.from({ length: 60_000 }, (_, index) => `{"id":${index}}\n`).join(""));

describe("encrypted files", () => {
  it.each(["rows.age", "rows.gz.age", "rows.zst.age"])(
    "are written and read as %s, several times",
    async (name) => {
      await write(at(name), DATA);
      expect((await readFile(at(name))).subarray(0, 21).toString()).toBe("age-encryption.org/v1");
      const source = await openFile(at(name), { identities: [identity] });
      for (let round = 0; round < 2; round += 1) {
        const parts: Uint8Array[] = [];
        for await (const part of source.open()) parts.push(part);
        expect(Buffer.concat(parts).equals(DATA)).toBe(true);
      }
    },
  );

  it("open with the key of any recipient and with no other", async () => {
    const second = await generateX25519Identity();
    await write(at("rows.age"), DATA, [recipient, await identityToRecipient(second)]);
    expect((await read(at("rows.age"), [second])).length).toBe(DATA.length);
    expect((await read(at("rows.age"), [await generateX25519Identity(), identity])).length).toBe(DATA.length);
    for (const keys of [[], [await generateX25519Identity()]])
      await expect(read(at("rows.age"), keys)).rejects.toMatchObject({ code: "encryption.wrong_key" });
  });

  it("are never written in the clear by mistake", async () => {
    await expect(write(at("rows.age"), DATA, [])).rejects.toMatchObject({ code: "encryption.required" });
    await expect(write(at("rows.json"), DATA)).rejects.toMatchObject({ code: "usage.invalid" });
  });

  it("show every flipped byte and every cut", async () => {
    await write(at("rows.age"), DATA.subarray(0, 2000));
    const bytes = await readFile(at("rows.age"));
    for (let index = 0; index < bytes.length; index += 7) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] as number) ^ 1;
      await writeFile(at("changed.age"), changed);
      const outcome = await read(at("changed.age")).catch((error: unknown) => error);
      if (index < 22 && Buffer.isBuffer(outcome))
        expect(outcome.equals(changed)).toBe(true); // no age file any more
      else
        expect(outcome).toMatchObject({
          code: expect.stringMatching(/^(file\.damaged|encryption\.wrong_key)$/),
        });
    }
    for (let length = 30; length < bytes.length; length += 11) {
      await writeFile(at("cut.age"), bytes.subarray(0, length));
      await expect(read(at("cut.age"))).rejects.toMatchObject({ code: "file.damaged" });
    }
  });

  it("take keys as age-keygen writes them, and say nothing of a secret in messages", async () => {
    expect(
      await parseIdentities(`# created: now\n# public key: ${recipient}\n${identity}\n`, "key.txt"),
    ).toEqual([identity]);
    expect(await parseRecipients([` ${recipient} `])).toEqual([recipient]);
    for (const wrong of [
      "",
      "age1short",
      `${recipient.slice(0, -1)}${recipient.endsWith("q") ? "p" : "q"}`,
      identity,
    ]) {
      const error = await parseRecipients([wrong]).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "usage.invalid" });
      expect(String((error as Error).message)).not.toContain("SECRET-KEY-1");
    }
    await expect(parseIdentities(recipient, "key.txt")).rejects.toMatchObject({ code: "usage.invalid" });
  });
});

describe("signatures", () => {
  const pair = () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    return {
      signer: parseSigningKey(privateKey.export({ type: "pkcs8", format: "pem" }).toString(), "key"),
      trusted: parseVerifyKey(publicKey.export({ type: "spki", format: "pem" }).toString(), "key"),
    };
  };

  it("hold for the bytes that were signed, by a trusted signer alone", async () => {
    const [one, two] = [pair(), pair()];
    await writeFile(at("rows"), DATA);
    await signFile(at("rows"), [one.signer], { overwrite: false });
    expect(await verifyFile(at("rows"), [two.trusted, one.trusted])).toHaveLength(1);
    await expect(verifyFile(at("rows"), [two.trusted])).rejects.toMatchObject({ code: "signature.invalid" });
    for (const changed of [DATA.subarray(1), Buffer.concat([DATA, Buffer.from(" ")])]) {
      await writeFile(at("rows"), changed);
      await expect(verifyFile(at("rows"), [one.trusted])).rejects.toMatchObject({
        code: "signature.invalid",
      });
    }
  });

  it("show every change of the signature file", async () => {
    const { signer, trusted } = pair();
    await writeFile(at("rows"), DATA);
    const path = await signFile(at("rows"), [signer], { overwrite: false });
    const bytes = await readFile(path);
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] as number) ^ 1;
      await writeFile(path, changed);
      await expect(verifyFile(at("rows"), [trusted]), `byte ${index}`).rejects.toMatchObject({
        code: "signature.invalid",
      });
    }
    await rm(path);
    await expect(verifyFile(at("rows"), [trusted])).rejects.toMatchObject({ code: "signature.invalid" });
  });

  it("refuse keys of another kind", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    expect(() =>
      parseSigningKey(privateKey.export({ type: "pkcs8", format: "pem" }).toString(), "key"),
    ).toThrow(/Ed25519/);
    expect(() => parseVerifyKey(publicKey.export({ type: "spki", format: "pem" }).toString(), "key")).toThrow(
      /Ed25519/,
    );
    expect(() => parseSigningKey("nonsense", "key")).toThrow(/Ed25519/);
  });
});
