import { expect, it } from "vitest";
import { pageByAge, readAge, readLimit, readNumber } from "./paging.ts";

const id = "0f8fad5b-d9cb-469f-a165-70867728950e";

it("goes on exactly after the last row of a page", () => {
  const rows = [3, 2, 1].map((at) => ({ createdAt: new Date(at), id }));
  const page = pageByAge(rows, 2);
  expect(page.items).toHaveLength(2);
  expect(readAge({ after: page.next })).toEqual({ createdAt: new Date(2), id });
  expect(pageByAge(rows, 3).next).toBeNull();
});

it("refuses positions and limits that no page gave", () => {
  const wrong = expect.objectContaining({ code: "request.invalid" });
  for (const after of [
    "x",
    Buffer.from("1_2").toString("base64url"),
    Buffer.from(`x_${id}`).toString("base64url"),
  ])
    expect(() => readAge({ after })).toThrow(wrong);
  for (const limit of [0, -1, 501, 1.5, Number.NaN]) expect(() => readLimit({ limit })).toThrow(wrong);
  for (const after of ["", "-1", "1e3", "99999999999999999"])
    expect(() => readNumber({ after })).toThrow(wrong);
});
