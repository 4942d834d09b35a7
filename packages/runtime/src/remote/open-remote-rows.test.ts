import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openExportFile } from "../endpoint-registry.ts";
import { openRemoteRows } from "./open-remote-rows.ts";

const WHOLE = `{"format":"syncline-export","version":1,"created_at":"2026-01-01T00:00:00.000Z","source":{"locator":"b:acme:users"},"rows":"ndjson","scope":null,"tables":[{"name":"users","key":["id"],"fingerprint":null,"columns":[["id","integer"]]}]}
["table","users"]
{"id":1}
`;

let server: Server;
let answer: (response: ServerResponse) => void = () => {};
const asked: (string | undefined)[] = [];
const usual = process.env.TMPDIR;
beforeAll(async () => {
  process.env.TMPDIR = await mkdtemp(join(tmpdir(), "syncline-test-"));
  server = createServer((request, response) => {
    asked.push(request.url, request.headers.authorization);
    answer(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(tmpdir(), { recursive: true, force: true });
  if (usual === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usual;
});

const never = new AbortController().signal;
const open = (signal = never) =>
  openRemoteRows(
    {
      label: "prod:acme:users",
      server: {
        name: "prod",
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        apiKey: "slk_a_b",
      },
      locator: "acme:users",
      environment: null,
    },
    openExportFile,
    signal,
  );
const leftBehind = () => readdir(tmpdir());

describe("rows of another server that do not arrive whole", () => {
  it.each<readonly [string, (response: ServerResponse) => void, string]>([
    ["end without the last line", (response) => response.end(WHOLE), "remote.failed"],
    [
      "have another digest",
      (response) =>
        response.end(`${WHOLE}["end",{"parts":[{"table":"users","rows":1}],"sha256":"${"0".repeat(64)}"}]\n`),
      "remote.failed",
    ],
    [
      "break off",
      (response) => {
        response.write(WHOLE);
        setTimeout(() => response.destroy(), 20);
      },
      "remote.failed",
    ],
    ["are none", (response) => response.end(), "remote.failed"],
    [
      "are refused",
      (response) =>
        response.writeHead(403, { "Content-Type": "application/problem+json" }).end(
          JSON.stringify({
            type: "urn:syncline:error:permission.denied",
            title: "No",
            status: 403,
            code: "permission.denied",
            detail: "The key lacks the scope rows:read.",
            retryable: false,
            requestId: "r",
          }),
        ),
      "permission.denied",
    ],
    ["come from no Syncline", (response) => response.writeHead(404).end("<html>"), "remote.failed"],
  ])("because they %s are an error, and leave nothing", async (_, how, code) => {
    answer = how;
    await expect(open()).rejects.toMatchObject({ code });
    expect(asked.slice(-2)).toEqual(["/api/v1/rows?locator=acme%3Ausers", "Bearer slk_a_b"]);
    expect(await leftBehind()).toEqual([]);
  });

  it("because of an interruption end at once, and leave nothing", async () => {
    answer = (response) => void response.write(WHOLE);
    const stop = new AbortController();
    const opening = open(stop.signal);
    setTimeout(() => stop.abort(), 100);
    await expect(opening).rejects.toMatchObject({ code: "interrupted" });
    expect(await leftBehind()).toEqual([]);
  });
});
