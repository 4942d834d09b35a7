import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CreateDigest } from "../patch/digest.ts";
import { formatCheckpoint, parseCheckpoint } from "./audit-checkpoint.ts";
import { AUDIT_GENESIS, hashAuditEntry } from "./audit-entry.ts";

const createDigest: CreateDigest = () => {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
};
const ENTRY = {
  seq: 1,
  id: "7",
  organizationId: "0b7a3f0e-5a0f-4a54-9d8a-2f3f1f5f6a01",
  projectId: null,
  actor: "key:9d242caba9ec1ae2b9",
  userId: null,
  action: "environment.create",
  subjectKind: "environment",
  subjectId: "Größe",
  detail: '{"name": "production"}',
  requestId: "r-1",
  at: "2026-11-21T18:11:20.026Z",
  hash: null,
};

it("hashes as the format's document says, text and digest of its test vector", () => {
  const document = readFileSync(join(import.meta.dirname, "../../../../docs/formats/audit-log.md"), "utf8");
  const text = document.split("\n").find((line) => line.startsWith("22:syncline")) ?? "";
  const hash = createHash("sha256").update(text).digest("hex");
  expect(hashAuditEntry(ENTRY, { seq: 1, previous: AUDIT_GENESIS }, createDigest)).toBe(hash);
  expect(document).toContain(`\`${hash}\``);
});

it("gives no two entries the same bytes: null and empty, text that moves between fields", () => {
  const place = { seq: 1, previous: AUDIT_GENESIS };
  const hashes = [
    ENTRY,
    { ...ENTRY, projectId: "" },
    { ...ENTRY, userId: "" },
    { ...ENTRY, actor: "key:9d242caba9ec1ae2b", action: "9environment.create" },
    { ...ENTRY, requestId: "-," },
    { ...ENTRY, requestId: null },
  ].map((entry) => hashAuditEntry(entry, place, createDigest));
  expect(new Set(hashes).size).toBe(hashes.length);
});

it("reads the one text that a checkpoint has, and no other", () => {
  const text = formatCheckpoint({
    controlPlane: ENTRY.organizationId,
    organization: ENTRY.organizationId,
    seq: 2,
    hash: AUDIT_GENESIS,
    at: ENTRY.at,
    previous: null,
  });
  expect(formatCheckpoint(parseCheckpoint(text))).toBe(text);
  for (const wrong of [
    "",
    "null",
    `${text} `,
    text.replace('"seq":2', '"seq":2.0'),
    text.replace('"seq":2', '"seq":0'),
    text.replace('"version":1', '"version":2'),
    text.replace('"previous":null', '"previous":"x"'),
    text.replace("}", ',"more":1}'),
  ])
    expect(() => parseCheckpoint(wrong)).toThrow(expect.objectContaining({ code: "file.damaged" }));
});
