import { expect, it } from "vitest";
import { knownEnvironments } from "./known-environments.ts";

const stored = {
  id: "7e4ab4f2-5a51-4f6e-8ac1-0a4d2d3f0c11",
  name: "prod",
  createdAt: "2026-11-21T00:00:00.000Z",
  approvals: 1,
  approvalSeconds: 86_400,
  signatures: false,
  frozen: null,
};
const config = { name: "prod", approvals: 2, approvalSeconds: 604_800, signatures: 0, frozen: null };

it("takes the stricter of what the config and what is stored ask for", () => {
  const [prod] = knownEnvironments({ stored: [stored], config: [config], databases: [] });
  expect(prod).toMatchObject({ approvals: 2, approvalSeconds: 86_400, signatures: false, frozen: null });
});

it("knows what only a server or only the config names, and whose freeze it is", () => {
  const found = knownEnvironments({
    stored: [],
    config: [{ ...config, name: "live", frozen: "stock-taking", signatures: 2 }],
    databases: [
      { server: "b", environment: "staging" },
      { server: "c", environment: null },
    ],
  });
  expect(found.map(({ name }) => name)).toEqual(["live", "staging"]);
  expect(found[0]).toMatchObject({ signatures: true, frozen: { reason: "stock-taking", by: null } });
  expect(found[1]).toMatchObject({ servers: ["b"], approvals: 0, stored: null });
});
