import { type Config, FEATURE_NAMES, type FeatureName, parseConfig } from "@syncline/config";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "./testing/start-test-service.ts";

let off: readonly FeatureName[] = [];
let server: TestService;
const config = (): Config =>
  parseConfig(`version: 1\nfeatures: {${off.map((name) => `${name}: false`).join(", ")}}`, "/f.yaml").config;

beforeAll(async () => {
  server = await startTestService({ label: "features", config });
});
afterAll(() => server.stop());

/** A request that only a feature that is on answers with something else than 501. */
const REQUESTS: Readonly<Record<FeatureName, readonly [string, string, unknown?][]>> = {
  "api-docs": [
    ["GET", "/docs"],
    ["GET", "/docs/viewer.js"],
    ["GET", "/openapi.json"],
    ["GET", "/api/v1/openapi.json"],
  ],
  dashboard: [["GET", "/"]],
  "incoming-hooks": [["POST", "/api/v1/hooks/none"]],
  "password-sign-in": [
    ["POST", "/api/v1/sign-in", { email: "a@b.example", password: "x" }],
    ["POST", "/api/v1/setup", {}],
    ["POST", "/api/v1/invitations/accept", {}],
    ["POST", "/api/v1/me/password", {}],
  ],
  profiling: [["POST", "/api/v1/admin/profile", { kind: "none" }]],
  "direct-transfers": [
    ["POST", "/api/v1/export", {}],
    ["POST", "/api/sync/export", {}],
    ["POST", "/api/v1/import"],
    ["POST", "/api/sync/import"],
    ["POST", "/api/v1/apply/file"],
    ["GET", "/api/v1/rows"],
  ],
};

describe.each(FEATURE_NAMES)("%s", (name) => {
  const ask = () =>
    Promise.all(
      REQUESTS[name].map(
        async ([method, path, body]) => (await server.ask(method, path, { body })).json?.code ?? "answered",
      ),
    );

  it("is there or not, as the config says that was read last", async () => {
    expect(await ask()).not.toContain("feature.missing");
    off = [name];
    await server.service.reload();
    expect(new Set(await ask())).toEqual(new Set(["feature.missing"]));
    const others = FEATURE_NAMES.filter((each) => each !== name);
    expect((await server.ask("GET", "/api/v1/me")).json.features).toEqual(others);
    off = [];
    await server.service.reload();
    expect(await ask()).not.toContain("feature.missing");
  });
});

it("a feature that is off is told to nobody who may not ask", async () => {
  off = ["profiling"];
  await server.service.reload();
  expect((await server.ask("POST", "/api/v1/admin/profile", { key: null, body: {} })).status).toBe(401);
  expect((await server.ask("POST", "/api/v1/admin/profile", { body: {} })).status).toBe(501);
});

it("the environment wins over the config", async () => {
  off = ["profiling"];
  const other = await startTestService({
    label: "features",
    beside: server,
    config,
    environment: { SYNCLINE_FEATURES: "+profiling,-api-docs" },
  });
  try {
    expect((await other.ask("GET", "/docs")).status).toBe(501);
    expect((await other.ask("GET", "/api/v1/me")).json.features).not.toContain("api-docs");
    expect((await other.ask("GET", "/api/v1/me")).json.features).toContain("profiling");
  } finally {
    await other.stop();
  }
});
