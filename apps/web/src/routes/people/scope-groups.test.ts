import { ROLE_SCOPES, SCOPES } from "@syncline/api";
import { expect, it } from "vitest";
import { keyState } from "./key-state.ts";
import { scopeGroups, scopesOfRole, scopesText } from "./scope-groups.ts";

it("every scope is in one group", () => {
  expect(
    scopeGroups()
      .flatMap(({ scopes }) => scopes)
      .sort(),
  ).toEqual([...SCOPES].sort());
});

it("a role gives no more than whoever asks has", () => {
  expect(scopesOfRole("viewer", ["*"])).toEqual(SCOPES.filter((scope) => ROLE_SCOPES.viewer.includes(scope)));
  expect(scopesOfRole("admin", ["jobs:read", "jobs:run"])).toEqual(["jobs:read", "jobs:run"]);
});

it("says briefly what a key may", () => {
  expect(scopesText(["*"])).toBe("everything");
  expect(scopesText(ROLE_SCOPES.viewer)).toBe("what a viewer may");
  expect(scopesText(["jobs:read", "jobs:run"])).toBe("jobs:read, jobs:run");
  expect(scopesText(SCOPES.slice(0, 5))).toBe("5 scopes");
});

it("a key lives until it ends or is revoked, which may lie ahead", () => {
  const now = Date.parse("2026-11-21T00:00:00.000Z");
  const before = "2026-11-20T00:00:00.000Z";
  const after = "2026-11-22T00:00:00.000Z";
  expect(keyState({ revokedAt: null, expiresAt: null }, now)).toBe("live");
  expect(keyState({ revokedAt: after, expiresAt: null }, now)).toBe("live");
  expect(keyState({ revokedAt: before, expiresAt: after }, now)).toBe("revoked");
  expect(keyState({ revokedAt: null, expiresAt: before }, now)).toBe("ended");
});
