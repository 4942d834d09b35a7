import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FINAL_STATES, RUN_STATES, type RunState } from "./run-states.ts";
import { RUN_EVENTS, type RunEvent, TRANSITIONS, transition } from "./transition.ts";

const DOCUMENT = join(import.meta.dirname, "../../../../docs/run-SPEC.md");

/** The table of the document: state → event → cell. */
function readTable(): Map<string, Map<string, string>> {
  const lines = readFileSync(DOCUMENT, "utf8").split("\n");
  const start = lines.findIndex((line) => line.startsWith("| state \\ event |"));
  const cells = (line: string) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const [, ...events] = cells(lines[start] ?? "");
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  return new Map(
    lines.slice(start + 2, end).map((line) => {
      const [state = "", ...row] = cells(line);
      return [state, new Map(events.map((event, index) => [event, row[index] ?? ""]))];
    }),
  );
}

/** What the row `final` says of one of the final states. */
function finalCell(state: RunState, cell: string): string {
  const found = /^a new run \((.*)\)$/.exec(cell);
  if (found === null) return cell;
  return found[1]?.split(", ").includes(state) ? "a new run" : "—";
}

it("is the table of docs/run-SPEC.md, cell by cell", () => {
  const table = readTable();
  const live = RUN_STATES.filter((state) => !FINAL_STATES.has(state));
  expect([...table.keys()]).toEqual([...live, "final"]);
  expect([...(table.get("queued")?.keys() ?? [])]).toEqual([...RUN_EVENTS]);
  for (const state of RUN_STATES)
    for (const event of RUN_EVENTS) {
      const row = table.get(FINAL_STATES.has(state) ? "final" : state);
      const cell = row?.get(event) ?? "missing";
      const written = FINAL_STATES.has(state) ? finalCell(state, cell) : cell;
      expect(`${state} × ${event}: ${written}`).toBe(
        `${state} × ${event}: ${TRANSITIONS[state][event] ?? "—"}`,
      );
    }
});

it("lets the event decide where a cell names a choice", () => {
  const failed = "unit failed, may retry";
  expect(transition("running", { name: failed, attemptsLeft: true })).toEqual({
    kind: "next",
    state: "waiting",
  });
  expect(transition("running", { name: failed, attemptsLeft: false })).toEqual({
    kind: "next",
    state: "dead",
  });
  expect(transition("pausing", { name: "units done", outcome: "partial" })).toEqual({
    kind: "next",
    state: "partial",
  });
  expect(transition("queued", { name: "cancel", unsettled: true })).toEqual({
    kind: "next",
    state: "cancelling",
  });
  expect(transition("queued", { name: "cancel", unsettled: false })).toEqual({
    kind: "next",
    state: "cancelled",
  });
});

it("answers every event in every state, and leaves no final state", () => {
  for (const state of RUN_STATES)
    for (const name of RUN_EVENTS) {
      const event = { name, outcome: "succeeded", attemptsLeft: true, unsettled: false } as RunEvent;
      const result = transition(state, event);
      expect(["next", "new-run", "refused"]).toContain(result.kind);
      if (FINAL_STATES.has(state)) expect(result.kind).not.toBe("next");
      if (result.kind === "refused") expect(result).toEqual({ kind: "refused", state, event: name });
    }
});
