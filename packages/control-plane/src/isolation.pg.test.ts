import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Scope } from "./control-plane.ts";
import * as queries from "./queries/index.ts";
import { ASKED, findingOf, isEmpty, PROBES } from "./testing/isolation-probes.ts";
import { fillOrganization, ownedTables, type Theirs } from "./testing/isolation-world.ts";
import { openTestControlPlane, type TestControlPlane } from "./testing/test-control-plane.ts";
import * as verbs from "./verbs/index.ts";

let test: TestControlPlane;
let theirs: Theirs;
let own: Scope;

beforeAll(async () => {
  test = await openTestControlPlane("control_isolation");
  theirs = await fillOrganization(test);
  own = await verbs.createOrganization(test.cp, { slug: "asking", actor: "tester" });
});
afterAll(() => test.close());

it("has rows of theirs in every table", async () => {
  const empty = [];
  for (const name of await ownedTables(test.cp.sql)) {
    const [row] = await test.cp.sql<{ count: number }[]>`
      SELECT count(*)::int AS count FROM syncline_control.${test.cp.sql(name)}
      WHERE organization_id = ${theirs.scope.organizationId}`;
    if (row?.count === 0) empty.push(name);
  }
  expect(empty).toEqual([]);
});

it("knows every function that is exported", () => {
  const exported = [...Object.entries(verbs), ...Object.entries(queries)]
    .filter(([, value]) => typeof value === "function")
    .map(([name]) => name);
  expect(Object.keys(PROBES).sort()).toEqual(exported.sort());
  expect(ASKED.length).toBeGreaterThan(45);
});

describe.each([
  ["its own project", () => own],
  ["the project of the others", () => ({ ...own, projectId: theirs.scope.projectId })],
])("another organization, in %s,", (_where, scopeOf) => {
  it.each(ASKED)("finds nothing and changes nothing by %s", async (...asked) => {
    const scope = scopeOf();
    const call = { scope, actor: "intruder" };
    expect(await findingOf({ cp: test.cp, call, scope, theirs }, asked)).toBeNull();
  });
});

describe("the one whose rows they are", () => {
  it("is answered by the same questions", async () => {
    const { cp, call } = test;
    const asking = { cp, call, scope: call.scope, theirs };
    for (const name of [
      "getJob",
      "dailyCounts",
      "jobStandings",
      "jobTimeline",
      "liveRuns",
      "countConflicts",
      "previewRule",
      "decidedConflicts",
      "readUnits",
      "getPerson",
      "listPeople",
      "listSessions",
      "listInvitations",
      "getRun",
      "getPatch",
      "getKey",
      "getServer",
      "getWebhook",
      "getPair",
      "listAttempts",
      "listAudit",
      "listAuditKeys",
      "listCheckpoints",
      "readCheckpoints",
      "readAuditChain",
      "listConflicts",
      "listDeliveries",
      "listEnvironments",
      "lastRuns",
      "listJobs",
      "listKeys",
      "listPairs",
      "listPatches",
      "listRuns",
      "listSchedules",
      "listServers",
      "listUnits",
      "listWebhooks",
      "openServerUrl",
      "readEvents",
      "eventRange",
    ] as const) {
      const probe = PROBES[name];
      const answer = typeof probe === "function" ? await probe(asking) : null;
      expect(isEmpty(answer), name).toBe(false);
    }
  });
});
