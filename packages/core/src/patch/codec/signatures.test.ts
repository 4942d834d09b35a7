import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { formatApprovalStatement, type PatchSignature } from "../approval-statement.ts";
import { judgeSignatures, validSigners } from "../signature-verdict.ts";
import { memorySource, patchBytes, sha256 } from "../testing/sample-patch.ts";
import { openPatch } from "./patch-reader.ts";
import { signPatchFile } from "./sign-patch-file.ts";

const PLAIN = Buffer.from(patchBytes());
const NOW = new Date("2026-01-31T12:00:00.000Z");
const open = (bytes: Uint8Array, size?: number) =>
  openPatch(memorySource(bytes, size), { createDigest: sha256 });

/** A key that is the same in every run. */
function keyOf(seed: number): KeyObject {
  const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
  return createPrivateKey({
    key: Buffer.concat([prefix, Buffer.alloc(32, seed)]),
    format: "der",
    type: "pkcs8",
  });
}

const nameOf = (key: KeyObject) =>
  `ed25519:${createPublicKey(key).export({ type: "spki", format: "der" }).subarray(-32).toString("base64")}`;

function signed(key: KeyObject, patch: string, changes: object = {}): PatchSignature {
  const statement = formatApprovalStatement({
    review: null,
    patch,
    content: null,
    target: null,
    environment: "production",
    reviewer: "zoë@example.com",
    at: NOW.toISOString(),
    ...changes,
  });
  return {
    statement,
    publicKey: nameOf(key),
    signature: sign(null, Buffer.from(statement), key).toString("base64"),
  };
}

const verifyRaw = (publicKey: string, bytes: Uint8Array, signature: string) => {
  const raw = Buffer.from(publicKey.slice("ed25519:".length), "base64");
  const key = createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]),
    format: "der",
    type: "spki",
  });
  return verify(null, bytes, key, Buffer.from(signature, "base64"));
};

async function withSignatures(bytes: Uint8Array, signatures: readonly PatchSignature[]): Promise<Buffer> {
  const source = memorySource(bytes, 100);
  const patch = await openPatch(source, { createDigest: sha256 });
  const parts: Uint8Array[] = [];
  for await (const part of signPatchFile({ source, patch, signatures, createDigest: sha256 }))
    parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
}

describe("signatures in a patch file", () => {
  it("leave every other byte and the hash as they were, and come off again", async () => {
    const { hash } = await open(PLAIN);
    const one = signed(keyOf(1), hash);
    const two = signed(keyOf(2), hash);
    const once = await withSignatures(PLAIN, [one]);
    const twice = await withSignatures(once, [one, two]);
    for (const size of [1, 7, 65_536]) {
      const patch = await open(twice, size);
      expect(patch.hash).toBe(hash);
      expect(patch.signatures).toEqual([one, two]);
    }
    expect(twice.toString().startsWith(PLAIN.toString().slice(0, -2))).toBe(true);
    expect((await withSignatures(twice, [])).equals(PLAIN)).toBe(true);
    expect((await open(PLAIN)).signatures).toEqual([]);
    expect(JSON.parse(twice.toString()).signatures).toEqual([one, two]);
  });

  it("go with a file that was reformatted, which gets its own form back", async () => {
    const { hash } = await open(PLAIN);
    const one = signed(keyOf(1), hash);
    const pretty = JSON.stringify(JSON.parse((await withSignatures(PLAIN, [one])).toString()), null, 2);
    const patch = await open(Buffer.from(pretty));
    expect(patch).toMatchObject({ hash, signatures: [one] });
    expect((await withSignatures(Buffer.from(pretty), [])).equals(PLAIN)).toBe(true);
  });

  it("are kept by a file without a content digest", async () => {
    const bare = Buffer.from(PLAIN.toString().replace(/,"content":"sha256:[0-9a-f]*"/, ""));
    const { hash } = await open(bare);
    const one = signed(keyOf(1), hash);
    expect(await open(await withSignatures(bare, [one]))).toMatchObject({ hash, signatures: [one] });
  });

  it("are refused in any other place or form", async () => {
    const { hash } = await open(PLAIN);
    const one = signed(keyOf(1), hash);
    const text = (await withSignatures(PLAIN, [one])).toString();
    const list = /,("signatures":\[.*\])\}\n$/.exec(text)?.[1] ?? "";
    const id = /"id":"[^"]*"/.exec(text)?.[0] ?? "";
    const cases = {
      "in front": text.replace(`,${list}`, "").replace("{", `{${list},`),
      "before the checksum": PLAIN.toString().replace('],"summary"', `],${list},"summary"`),
      "something behind them": text.replace(`,${id}`, "").replace(/\}\n$/, `,${id}}\n`),
      "with a space": text.replace('"statement":"', '"statement": "'),
      "a repeated name": text.replace('"publicKey":', '"signature":"","publicKey":'),
      "an unknown name": text.replace('"publicKey":', '"more":1,"publicKey":'),
      "a short key": text.replace(/"publicKey":"[^"]*"/, '"publicKey":"ed25519:AAAA"'),
      "another kind of key": text.replace('"publicKey":"ed25519', '"publicKey":"rsa'),
      "a long signature": text.replace('"signature":"', '"signature":"AAAA'),
      "idle bits in a key": text.replace(/(.)="(,"signature")/, '/="$2'),
      "no list": text.replace(list, '"signatures":{}'),
      "an empty list": text.replace(list, '"signatures":[]'),
      "a long statement": text.replace('"statement":"', `"statement":"${" ".repeat(5000)}`),
      "ten thousand": text.replace(
        list,
        `"signatures":[${Array(10_000).fill(JSON.stringify(one)).join(",")}]`,
      ),
    };
    for (const [name, changed] of Object.entries(cases)) {
      expect(changed, name).not.toBe(text);
      await expect(open(Buffer.from(changed)), name).rejects.toMatchObject({ code: "file.damaged" });
    }
  });
});

describe("what a signature is worth", () => {
  const patch = "ab".repeat(32);
  const judge = (signatures: readonly PatchSignature[], signers: readonly string[] | null = null) =>
    judgeSignatures({
      signatures,
      patch,
      environment: "production",
      signers,
      now: NOW,
      expireMs: 3_600_000,
      verify: verifyRaw,
    });
  const state = (signature: PatchSignature, signers: readonly string[] | null = null) =>
    judge([signature], signers)[0]?.state;
  const good = signed(keyOf(1), patch);

  it("is valid for this patch, this environment and this key alone", () => {
    expect(state(good)).toBe("valid");
    expect(state(good, [nameOf(keyOf(2))])).toBe("unknown-signer");
    expect(state(signed(keyOf(1), "cd".repeat(32)))).toBe("other-patch");
    expect(state(signed(keyOf(1), patch, { environment: "staging" }))).toBe("other-environment");
    expect(state(signed(keyOf(1), patch, { environment: null }))).toBe("other-environment");
    expect(state(signed(keyOf(1), patch, { at: "2026-01-31T10:59:59.999Z" }))).toBe("expired");
    expect(state(signed(keyOf(1), patch, { at: "2026-01-31T12:06:00.000Z" }))).toBe("future");
    expect(state({ ...good, publicKey: nameOf(keyOf(2)) })).toBe("invalid");
    expect(state({ ...good, statement: good.statement.replace("zoë", "zoe") })).toBe("invalid");
    expect(state({ ...good, statement: `${good.statement} ` })).toBe("invalid");
    expect(state({ ...good, signature: `${"A".repeat(86)}==` })).toBe("invalid");
  });

  it("is counted once a key", () => {
    const verdicts = judge([good, signed(keyOf(1), patch, { reviewer: "other" }), signed(keyOf(2), patch)]);
    expect(verdicts.map((verdict) => verdict.state)).toEqual(["valid", "repeated", "valid"]);
    expect(validSigners(verdicts)).toEqual([nameOf(keyOf(1)), nameOf(keyOf(2))]);
  });

  it("is not spoilt by a bad one of the same key before it", () => {
    const bad = { ...good, signature: `${"A".repeat(86)}==` };
    expect(judge([bad, good]).map((verdict) => verdict.state)).toEqual(["invalid", "valid"]);
  });
});
