import { createPrivateKey } from "node:crypto";
import { parseConfig } from "@syncline/config";
import { openPatch, signPatchFile } from "@syncline/core";
import { createSha256, makeSigningKey, signerName, signStatement } from "@syncline/runtime/files";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startTestService, type TestService } from "./testing/start-test-service.ts";

const KEY = createPrivateKey(makeSigningKey());
const PATCH_TYPE = "application/vnd.syncline.patch";
const ROWS =
  "DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS users; CREATE TABLE users (id int PRIMARY KEY, name text)";

let server: TestService;
let source: TestDatabase;
let target: TestDatabase;

beforeAll(async () => {
  source = await createTestDatabase("signatures_source");
  target = await createTestDatabase("signatures_target");
  const text = JSON.stringify({
    version: 1,
    servers: {
      stage: { url: source.url, protection: "open" },
      prod: { url: target.url, protection: "open", environment: "production" },
      alias: { url: target.url, protection: "open" },
    },
    environments: { production: { signatures: { signers: [signerName(KEY)] } } },
  });
  server = await startTestService({
    label: "signatures_server",
    config: () => parseConfig(text, "/syncline.yaml").config,
  });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await source.drop();
  await target.drop();
});
beforeEach(async () => {
  await source.query(`${ROWS}; INSERT INTO users VALUES (1, 'new')`);
  await target.query(`${ROWS}; INSERT INTO users VALUES (1, 'old'), (2, 'gone')`);
});

const post = (path: string, body: unknown, type = "application/json") =>
  server.ask("POST", `/api/v1${path}`, { key: server.key, body, headers: { "Content-Type": type } });
const rows = () => target.query("SELECT id, name FROM users ORDER BY id");

/** The patch's file as the server has it. */
async function patchFile(): Promise<{ readonly id: string; readonly bytes: Uint8Array }> {
  const made = await post("/diff?wait=30", { source: "stage:public:users", target: "prod:public:users" });
  const id = made.json.summary.patchId;
  const headers = { Authorization: `Bearer ${server.key}` };
  const answer = await fetch(`${server.url}/api/v1/patches/${id}/file`, { headers });
  return { id, bytes: new Uint8Array(await answer.arrayBuffer()) };
}

async function signed(bytes: Uint8Array, environment: string): Promise<Uint8Array> {
  const source = {
    name: "patch",
    open: async function* () {
      yield bytes;
    },
  };
  const patch = await openPatch(source, { createDigest: createSha256 });
  const signature = signStatement(KEY, {
    review: null,
    patch: patch.hash,
    content: null,
    target: null,
    environment,
    reviewer: "ann@example.test",
    at: new Date().toISOString(),
  });
  const parts: Uint8Array[] = [];
  for await (const part of signPatchFile({
    source,
    patch,
    signatures: [signature],
    createDigest: createSha256,
  }))
    parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
}

it("an uploaded patch keeps its signatures, which an environment demands on every path", async () => {
  const { id, bytes } = await patchFile();
  const before = await rows();
  const code = ({ json }: Awaited<ReturnType<typeof post>>) => json.error?.code ?? json.code;
  for (const place of ["prod:public:users", "alias:public:users"]) {
    const refused = [
      await post("/apply?wait=30", { patch: id, target: place }),
      await post(`/apply/file?wait=30&target=${place}`, bytes, PATCH_TYPE),
      await post(`/apply/file?wait=30&target=${place}`, await signed(bytes, "staging"), PATCH_TYPE),
      await post("/copy?wait=30", { source: "stage:public:users", target: place }),
      await post("/apply/batch", {
        target: place,
        operations: [{ op: "delete", table: "users", key: { id: "1" } }],
      }),
    ];
    expect(refused.map(code)).toEqual(refused.map(() => "patch.signature_missing"));
  }
  expect(await rows()).toEqual(before);
  const stored = await post("/patches", await signed(bytes, "production"), PATCH_TYPE);
  const applied = await post("/apply?wait=30", { patch: stored.json.id, target: "alias:public:users" });
  expect(applied.json).toMatchObject({ state: "succeeded", summary: { receipts: [{ kind: "inverse" }] } });
  expect(await rows()).toEqual([{ id: 1, name: "new" }]);
  const [ledgerId] = applied.json.summary.ledgerIds;
  expect(code(await post("/undo?wait=30", { ledgerId, target: "prod:public:users" }))).toBe(
    "patch.signature_missing",
  );
});
