import { ERROR_CODES } from "@syncline/core";
import { expect, it } from "vitest";
import { adviceFor } from "./test-advice.ts";

it("has something to try for every failure, and its own for each of connecting", () => {
  const general = adviceFor("internal");
  expect(general.length).toBeGreaterThan(0);
  for (const code of ERROR_CODES.filter((each) => each.startsWith("connection.")))
    expect(adviceFor(code), code).not.toBe(general);
});
