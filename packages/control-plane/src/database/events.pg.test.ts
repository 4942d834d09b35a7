import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventRange, readEvents } from "../queries/read-events.ts";
import { openTestControlPlane, type TestControlPlane } from "../testing/test-control-plane.ts";
import { appendEvent } from "../verbs/append-event.ts";
import { createOrganization } from "../verbs/create-organization.ts";
import { SERVICE } from "./who.ts";
import { EVENT_CHANNEL, writeEvents } from "./write-notes.ts";

let test: TestControlPlane;
beforeAll(async () => {
  test = await openTestControlPlane("control_events");
});
afterAll(() => test.close());

const event = (organizationId: string, type: string) => ({ organizationId, type, payload: { type } });
/** A promise and its key. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

it("loses no event that is committed late to a reader who resumes by id", async () => {
  const { cp } = test;
  const { organizationId } = cp.defaultScope;
  const { last } = await eventRange(cp, { organizationId });
  const hold = gate();
  const written = gate();
  const slow = cp.sessions.transaction(SERVICE, async (tx) => {
    await writeEvents(tx, [event(organizationId, "slow")]);
    written.open();
    await hold.opened;
  });
  await written.opened;
  const fast = appendEvent(cp, event(organizationId, "fast"));
  await sleep(150);
  // Seen by a reader now, the later one would make it skip the earlier one for ever.
  const seen = await readEvents(cp, { organizationId, after: last, limit: 10 });
  expect(seen).toEqual([]);
  hold.open();
  await Promise.all([slow, fast]);
  const all = await readEvents(cp, { organizationId, after: last, limit: 10 });
  expect(all.map(({ type }) => type)).toEqual(["slow", "fast"]);
});

it("loses none and repeats none to a reader beside 8 writers", async () => {
  const { cp } = test;
  const { organizationId } = cp.defaultScope;
  let { last } = await eventRange(cp, { organizationId });
  const seen: string[] = [];
  let writing = true;
  const reader = (async () => {
    for (;;) {
      const finished = !writing;
      const rows = await readEvents(cp, { organizationId, after: last, limit: 7 });
      seen.push(...rows.map(({ type }) => type));
      last = rows.at(-1)?.id ?? last;
      if (finished && rows.length === 0) return;
    }
  })();
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let number = 0; number < 20; number += 1)
      await appendEvent(cp, event(organizationId, `w${writer}-${number}`));
  });
  await Promise.all(writers);
  writing = false;
  await reader;
  expect(new Set(seen).size).toBe(160);
  expect(seen).toHaveLength(160);
});

it("makes organizations wait for each other's events no more than for their rows", async () => {
  const { cp } = test;
  const other = await createOrganization(cp, { slug: "events-other", actor: "tester" });
  const hold = gate();
  const slow = cp.sessions.transaction(SERVICE, async (tx) => {
    await writeEvents(tx, [event(cp.defaultScope.organizationId, "slow")]);
    await hold.opened;
  });
  await appendEvent(cp, event(other.organizationId, "other"));
  const rows = await readEvents(cp, { organizationId: other.organizationId, after: 0, limit: 10 });
  expect(rows.map(({ type }) => type)).toEqual(["other"]);
  hold.open();
  await slow;
});

it("wakes listeners with organization, run and id", async () => {
  const { cp } = test;
  const { organizationId } = cp.defaultScope;
  const heard: string[] = [];
  const listening = await cp.sql.listen(EVENT_CHANNEL, (payload) => heard.push(payload));
  const runId = "0f8fad5b-d9cb-469f-a165-70867728950e";
  await appendEvent(cp, { ...event(organizationId, "woken"), runId });
  for (let tries = 0; heard.length === 0 && tries < 50; tries += 1) await sleep(20);
  const { last } = await eventRange(cp, { organizationId });
  expect(heard).toEqual([`${organizationId}:${runId}:${last}`]);
  await listening.unlisten();
  const ofRun = await readEvents(cp, { organizationId, runId, after: 0, limit: 10 });
  expect(ofRun.map(({ type }) => type)).toEqual(["woken"]);
});

it("writes neither event nor audit entry of a verb that fails", async () => {
  const { cp, call, database } = test;
  const { transact } = await import("./transact.ts");
  await expect(
    transact(cp, call.scope.organizationId, async (change) => {
      change.emit(event(call.scope.organizationId, "never"));
      change.audit(call, { action: "never", subjectKind: "none", subjectId: null });
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(await database.query("SELECT 1 FROM syncline_control.events WHERE type = 'never'")).toEqual([]);
  expect(await database.query("SELECT 1 FROM syncline_control.audit_entries WHERE action = 'never'")).toEqual(
    [],
  );
});
