import { describe, expect, it } from "vitest";
import {
  type ApprovalStatement,
  formatApprovalStatement,
  parseApprovalStatement,
} from "./approval-statement.ts";

const statement: ApprovalStatement = {
  review: "0198c0de-0000-7000-8000-000000000001",
  patch: "ab".repeat(32),
  content: null,
  target: null,
  environment: "production",
  reviewer: "zoë@example.com",
  at: "2026-01-31T12:00:00.000Z",
};
const text = formatApprovalStatement(statement);

it("has one text", () => {
  expect(text).toBe(
    `{"syncline":"approval","version":1,"review":"0198c0de-0000-7000-8000-000000000001","patch":"${"ab".repeat(32)}","content":null,"target":null,"environment":"production","reviewer":"zoë@example.com","at":"2026-01-31T12:00:00.000Z"}`,
  );
  expect(parseApprovalStatement(text)).toEqual(statement);
});

describe("any other text is refused", () => {
  const cases: Readonly<Record<string, string>> = {
    "a space": text.replace(",", ", "),
    "a line feed at the end": `${text}\n`,
    "a byte order mark": `\uFEFF${text}`,
    "names in another order": text.replace(
      '"syncline":"approval","version":1',
      '"version":1,"syncline":"approval"',
    ),
    "an unknown name": text.replace('"version":1', '"version":1,"more":1'),
    "a repeated name": text.replace(
      '"environment":"production"',
      '"environment":"staging","environment":"production"',
    ),
    "a missing name": text.replace('"content":null,', ""),
    __proto__: text.replace('"version":1', '"version":1,"__proto__":{}'),
    "an escape": text.replace("production", "pr\\u006fduction"),
    "version 2": text.replace('"version":1', '"version":2'),
    "version 1.0": text.replace('"version":1', '"version":1.0'),
    "another kind": text.replace('"approval"', '"refusal"'),
    "upper-case digits": text.replace("abab", "ABAB"),
    "a number for a name": text.replace('"zoë@example.com"', "7"),
    "no reviewer": text.replace('"zoë@example.com"', '""'),
    "a decomposed letter": text.replace("zoë", "zoe\u0308"),
    "a hidden joiner": text.replace("zoë", "zo\u200dë"),
    "a turned direction": text.replace("zoë", "zoë\u202e"),
    "half of a pair": text.replace("zoë", "zoë\\ud800"),
    "a time without milliseconds": text.replace(".000Z", "Z"),
    "a time in another zone": text.replace(".000Z", ".000+01:00"),
    "the 31st of June": text.replace("01-31", "06-31"),
    "a very long name": text.replace("production", "p".repeat(5000)),
    "a list": `[${text}]`,
    "no JSON": text.slice(0, -1),
    nothing: "",
  };
  for (const [name, changed] of Object.entries(cases)) {
    it(name, () => {
      expect(changed).not.toBe(text);
      expect(() => parseApprovalStatement(changed)).toThrow(
        expect.objectContaining({ code: "signature.invalid" }),
      );
    });
  }

  it("and so is one that binds nothing", () => {
    expect(() => formatApprovalStatement({ ...statement, patch: null })).toThrow(/"patch" must be given/);
  });
});
