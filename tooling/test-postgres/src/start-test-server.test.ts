import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startTestServer } from "./start-test-server.ts";
import type { TestServer } from "./test-server.ts";

const noContainer = () => Promise.reject(new Error("no container engine"));
const noEmbedded = { binDir: "/nonexistent" };

beforeEach(() => void vi.stubEnv("TEST_DATABASE_URL", undefined));
afterEach(() => void vi.unstubAllEnvs());

it("takes TEST_DATABASE_URL first and never stops that server", async () => {
  vi.stubEnv("TEST_DATABASE_URL", "postgresql://someone@db.example/app");
  const server = await startTestServer(noEmbedded, noContainer);
  expect(server).toMatchObject({ origin: "TEST_DATABASE_URL", url: "postgresql://someone@db.example/app" });
  await server.stop();
});

it("takes a container when there are no binaries", async () => {
  const container: TestServer = { url: "postgresql://container/", origin: "container", stop: async () => {} };
  expect(await startTestServer(noEmbedded, async () => container)).toBe(container);
});

it("fails with what each step said", async () => {
  const failure = startTestServer(noEmbedded, noContainer);
  await expect(failure).rejects.toThrow(
    /TEST_DATABASE_URL is not set\n.*"\/nonexistent"\n.*no container engine/,
  );
});
