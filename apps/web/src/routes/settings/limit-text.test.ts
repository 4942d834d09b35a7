import { expect, it } from "vitest";
import { daysText } from "../servers/days-text.ts";
import { limitText } from "./limit-text.ts";

it("says limits in units that people use", () => {
  expect(limitText(1_000_000, "count")).toBe("1,000,000");
  expect(limitText(20_000_000_000, "bytes")).toBe("20 GB");
  expect(limitText(14 * 86_400_000, "milliseconds")).toBe("14 days");
  expect(daysText(3600)).toBe("1 hour");
  expect(daysText(5400)).toBe("90 minutes");
  expect(daysText(45)).toBe("45 seconds");
});
