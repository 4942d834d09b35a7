import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { expect, it } from "vitest";
import { MasterKey, parseMasterKey } from "./master-key.ts";
import { Sealer } from "./sealer.ts";

const key = new MasterKey(randomBytes(32));
const sealer = new Sealer({ current: key, previous: [] });
const binding = { purpose: "server.url", organizationId: "org-1", rowId: "row-1" };

it("opens what it sealed, and seals alike texts unlike", () => {
  const sealed = sealer.seal("postgres://user:pass@host/db", binding);
  expect(sealer.open(sealed, binding)).toBe("postgres://user:pass@host/db");
  expect(sealed).not.toContain("pass");
  expect(sealer.seal("postgres://user:pass@host/db", binding)).not.toBe(sealed);
});

it("opens nowhere else: another purpose, organization or row", () => {
  const sealed = sealer.seal("secret", binding);
  for (const other of [
    { ...binding, purpose: "webhook.secret" },
    { ...binding, organizationId: "org-2" },
    { ...binding, rowId: "row-2" },
    { purpose: "server.url", organizationId: "org-1row-1", rowId: "" },
  ])
    expect(() => sealer.open(sealed, other)).toThrow(expect.objectContaining({ code: "control.damaged" }));
});

it("refuses a change of any byte", () => {
  const sealed = Buffer.from(sealer.seal("secret", binding), "base64url");
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => sealer.open(changed.toString("base64url"), binding)).toThrow(
      expect.objectContaining({ code: at >= 1 && at <= 8 ? "encryption.wrong_key" : "control.damaged" }),
    );
  }
});

it("refuses what is cut short, longer or no base64url", () => {
  const sealed = sealer.seal("secret", binding);
  for (const wrong of ["", "AQ", sealed.slice(0, -4), `${sealed}AAAA`, `${sealed}=`, `!${sealed}`])
    expect(() => sealer.open(wrong, binding)).toThrow(expect.objectContaining({ code: "control.damaged" }));
});

it("changes the master key without touching what is sealed", () => {
  const sealed = sealer.seal("secret", binding);
  const next = new MasterKey(randomBytes(32));
  const both = new Sealer({ current: next, previous: [key] });
  expect(both.isCurrent(sealed)).toBe(false);
  const rewrapped = both.rewrap(sealed, binding);
  expect(both.isCurrent(rewrapped)).toBe(true);
  const alone = new Sealer({ current: next, previous: [] });
  expect(alone.open(rewrapped, binding)).toBe("secret");
  expect(() => alone.open(sealed, binding)).toThrow(
    expect.objectContaining({ code: "encryption.wrong_key" }),
  );
  expect(() => both.rewrap(sealed, { ...binding, rowId: "row-2" })).toThrow(
    expect.objectContaining({ code: "control.damaged" }),
  );
});

it("reads a master key as base64 and as hexadecimal digits, and nothing else", () => {
  const bytes = randomBytes(32);
  for (const text of [bytes.toString("base64"), bytes.toString("base64url"), `${bytes.toString("hex")}\n`])
    expect(parseMasterKey(text).id).toEqual(new MasterKey(bytes).id);
  for (const text of ["", "short", bytes.toString("hex").slice(2), "g".repeat(64)])
    expect(() => parseMasterKey(text)).toThrow(expect.objectContaining({ code: "config.invalid" }));
  expect(() => new MasterKey(randomBytes(16))).toThrow(expect.objectContaining({ code: "config.invalid" }));
});

it("shows a master key nowhere", () => {
  const secret = key.reveal().toString("hex").slice(0, 8);
  for (const shown of [
    String(key),
    JSON.stringify({ key }),
    inspect({ key }, { depth: 5, showHidden: true }),
  ]) {
    expect(shown).toContain("[master key]");
    expect(shown).not.toContain(secret);
  }
});
