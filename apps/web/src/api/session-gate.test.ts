import { expect, it } from "vitest";
import { SessionGate } from "./session-gate.ts";

function gate() {
  const left: string[] = [];
  return { left, gate: new SessionGate(() => left.push("left")) };
}

it("lets held calls go on when the same person is back", async () => {
  const { gate: own, left } = gate();
  own.signedIn({ userId: "ada", csrf: "one" });
  const held = own.wait();
  expect(own.isClosed).toBe(true);
  expect(own.signedIn({ userId: "ada", csrf: "two" })).toBe(true);
  await held;
  expect([own.csrf, own.isClosed, left]).toEqual(["two", false, []]);
});

it("lets nothing go out in another person's name, and leaves the page", async () => {
  const { gate: own, left } = gate();
  own.signedIn({ userId: "ada", csrf: "one" });
  const held = own.wait();
  expect(own.signedIn({ userId: "ben", csrf: "two" })).toBe(false);
  await expect(held).rejects.toMatchObject({ code: "auth.required" });
  expect([own.csrf, left]).toEqual(["one", ["left"]]);
});

it("asks for a sign-in though nothing is held, until it is put aside", () => {
  const { gate: own } = gate();
  expect(own.isTaken).toBe(false);
  own.signedIn({ userId: "ada", csrf: "one" });
  own.end();
  expect([own.isTaken, own.isClosed]).toEqual([true, true]);
  own.dismiss();
  expect(own.isClosed).toBe(false);
});
