import { type SignedCheckpoint, verifyAuditLines } from "@syncline/core";
import { readAuditLines, readCheckpoints } from "@syncline/runtime/audit";
import { createSha256, verifyStatement } from "@syncline/runtime/files";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { placesConfig, startTestService, type TestService } from "./testing/start-test-service.ts";

let server: TestService;
beforeAll(async () => {
  server = await startTestService({
    label: "audit",
    config: () => placesConfig("postgres://nobody@127.0.0.1:1/none"),
    environment: { SYNCLINE_REQUESTS_PER_MINUTE: "1000000" },
  });
  for (const name of ["one", "two", "three"])
    await server.ask("POST", "/api/v1/environments", {
      body: { name },
      headers: { "X-Request-Id": `r-${name}` },
    });
  await server.ask("POST", "/api/v1/projects", { body: { slug: "other", name: "Other" } });
  await server.ask("POST", "/api/v1/environments", {
    body: { name: "four" },
    headers: { "Syncline-Project": "other" },
  });
  await firstCheckpoint();
});
afterAll(() => server.stop());

const get = async (path: string) => (await server.ask("GET", `/api/v1${path}`)).json;
const actionsOf = ({ items }: { items: { action: string; detail: { name?: string } }[] }) =>
  items.map(({ action, detail }) => `${action} ${detail.name ?? ""}`.trim());

/** Written within seconds of the start by whoever leads. */
async function firstCheckpoint(): Promise<{ items: (SignedCheckpoint & { seq: number })[] }> {
  return vi.waitFor(
    async () => {
      const answer = await get("/audit/checkpoints");
      expect(answer.items.length).toBeGreaterThan(0);
      return answer;
    },
    { timeout: 30_000, interval: 250 },
  );
}

async function verifyExport(held: SignedCheckpoint[] = [], query = "") {
  const { text } = await server.ask("GET", `/api/v1/audit/export${query}`);
  const lines = readAuditLines(
    (async function* () {
      // In pieces that end anywhere.
      for (let at = 0; at < text.length; at += 777) yield Buffer.from(text.slice(at, at + 777));
    })(),
  );
  return verifyAuditLines(lines, { signers: [], held, createDigest: createSha256, verify: verifyStatement });
}

/** As who has the database would, with every trigger off. */
const tamper = (statement: string) =>
  server.database.query(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);

describe("entries", () => {
  it("are found by action, actor, request's project, subject and time", async () => {
    expect(actionsOf(await get("/audit?action=environment.create&order=oldest"))).toEqual([
      "environment.create one",
      "environment.create two",
      "environment.create three",
      "environment.create four",
    ]);
    expect(actionsOf(await get("/audit?action=environment.*&project=other"))).toEqual([
      "environment.create four",
    ]);
    expect(actionsOf(await get("/audit?action=environment"))).toEqual([]);
    const { actor } = await get("/me");
    const mine = await get(`/audit?actor=${actor}&action=project.*`);
    expect(actionsOf(mine)).toEqual(["project.create"]);
    const [project] = mine.items;
    expect((await get(`/audit?subjectKind=project&subjectId=${project.subjectId}`)).items).toEqual([project]);
    expect(actionsOf(await get(`/audit?action=environment.*&from=${project.at}`))).toEqual([
      "environment.create four",
    ]);
    expect((await get(`/audit?action=environment.*&to=${project.at}`)).items.length).toBe(3);
    expect((await get("/audit?person=nobody@example.com")).items).toEqual([]);
    expect((await server.ask("GET", "/api/v1/audit?project=none")).status).toBe(404);
    expect((await server.ask("GET", "/api/v1/audit?from=yesterday")).status).toBe(400);
  });

  it("come a page at a time, in both directions, each once", async () => {
    for (const order of ["newest", "oldest"]) {
      const seen: number[] = [];
      let next: string | null = "";
      while (next !== null) {
        const page = await get(`/audit?limit=2&order=${order}${next === "" ? "" : `&after=${next}`}`);
        seen.push(...page.items.map(({ seq }: { seq: number }) => seq));
        next = page.next;
      }
      const sorted = seen.toSorted((one, other) => (order === "oldest" ? one - other : other - one));
      expect(seen).toEqual(sorted);
      expect(new Set(seen).size).toBe(seen.length);
      expect(Math.max(...seen)).toBe(seen.length);
    }
  });
});

describe("verification", () => {
  it("of an export needs no server, and finds nothing in an untouched log", async () => {
    const { items } = await firstCheckpoint();
    const report = await verifyExport(items);
    expect(report).toMatchObject({ ok: true, faults: [], pinned: true, signers: [items[0]?.publicKey] });
    expect(report.checkpoints).toMatchObject({ table: items.length, held: items.length });
    expect(
      (await server.ask("POST", "/api/v1/audit/verify", { body: { checkpoints: [] } })).json,
    ).toMatchObject({
      ok: true,
    });
    const { items: entries } = await get("/audit?limit=500&order=oldest");
    const part = await verifyExport([], `?from=${entries[3].at}&to=${entries.at(-1).at}`);
    expect(part).toMatchObject({ ok: true, faults: [] });
    expect(part.entries).toBeLessThan(report.entries);
    const later = await verifyExport([], "?from=2999-01-01T00:00:00Z");
    expect(later).toMatchObject({ ok: true, entries: 0 });
  });

  it("of an export that was cut, or whose lines trade places, says so", async () => {
    const { text } = await server.ask("GET", "/api/v1/audit/export");
    const lines = text.trimEnd().split("\n");
    const judge = (changed: readonly string[]) =>
      verifyAuditLines(
        readAuditLines(
          (async function* () {
            yield Buffer.from(changed.map((line) => `${line}\n`).join(""));
          })(),
        ),
        { signers: [], held: [], createDigest: createSha256, verify: verifyStatement },
      );
    await expect(judge(lines.slice(0, -1))).rejects.toMatchObject({ code: "file.damaged" });
    await expect(judge(lines.toSpliced(2, 1))).rejects.toMatchObject({ code: "file.damaged" });
    await expect(judge([...lines.slice(0, -1), "{}"])).rejects.toMatchObject({ code: "file.damaged" });
    const traded = lines.toSpliced(1, 2, lines[2] ?? "", lines[1] ?? "");
    expect((await judge(traded)).ok).toBe(false);
  });

  it("names the entry that was changed in the database, with or without the caller's checkpoint", async () => {
    const { items } = await firstCheckpoint();
    await tamper("UPDATE syncline_control.audit_entries SET actor = 'key:innocent' WHERE seq = 2");
    const told = { kind: "edited", seq: 2, until: 2 };
    expect((await verifyExport(items)).fault).toMatchObject(told);
    const { json } = await server.ask("POST", "/api/v1/audit/verify", { body: {} });
    expect(json).toMatchObject({ ok: false, fault: told });
    await tamper(
      `UPDATE syncline_control.audit_entries SET actor = (SELECT actor FROM syncline_control.audit_entries WHERE seq = 3) WHERE seq = 2`,
    );
    expect((await verifyExport(items)).ok).toBe(false);
  });
});

it("another key signs from then on, and who trusts the first one trusts it, too", async () => {
  const [first] = (await firstCheckpoint()).items;
  const { json } = await server.ask("POST", "/api/v1/audit/key/rotate");
  expect(json).toEqual({ from: first?.publicKey, to: expect.stringMatching(/^ed25519:/) });
  const [entry] = (await get("/audit?action=audit.rotate_key")).items;
  expect(entry.detail).toMatchObject({ from: json.from, to: json.to });
  const held = readCheckpoints(JSON.stringify({ data: first }), "the webhook's body");
  expect(held).toEqual([
    { statement: first?.statement, publicKey: first?.publicKey, signature: first?.signature },
  ]);
});
