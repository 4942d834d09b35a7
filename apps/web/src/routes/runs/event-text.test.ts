import { expect, it } from "vitest";
import { eventText } from "./event-text.ts";

const text = (type: string, payload: unknown = {}) => eventText({ type, payload }).text;

it("events of a run are told in words", () => {
  expect(text("run.running", { attempt: 1 })).toBe("Began");
  expect(text("run.running", { attempt: 3 })).toBe("Attempt 3 began");
  expect(text("run.planned", { slices: 1 })).toBe("Cut into 1 slice, which any worker takes");
  expect(text("run.units_lost", { units: 2 })).toBe("A worker was lost: 2 work units are given to another");
  expect(text("run.waiting", { attempt: 1, error: { code: "connection.lost" } })).toBe(
    "Attempt 1 failed (connection.lost); the next one follows by itself",
  );
  expect(text("run.dead", { error: null })).toBe("Failed in every attempt");
});

it("an event that this page does not know is shown by its name", () => {
  expect(text("run.something_new")).toBe("run something new");
  expect(text("run.planned", null)).toBe("Cut into 0 slices, which any worker takes");
});
