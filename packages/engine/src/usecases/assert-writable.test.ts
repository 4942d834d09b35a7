import { describe, expect, it } from "vitest";
import { assertWritable, type WriteIntent } from "./assert-writable.ts";

const intent: WriteIntent = {
  label: "prod:public:*",
  protection: "open",
  confirmationName: "prod",
  confirmed: null,
  dryRun: false,
};
const code = (change: Partial<WriteIntent>) => {
  try {
    assertWritable({ ...intent, ...change });
    return "written";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe("assertWritable", () => {
  it("lets an open target be written", () => expect(code({})).toBe("written"));

  it("never lets a readonly target be written, whatever was confirmed", () => {
    expect(code({ protection: "readonly" })).toBe("target.readonly");
    expect(code({ protection: "readonly", confirmed: "prod" })).toBe("target.readonly");
    expect(code({ protection: "readonly", dryRun: true })).toBe("target.readonly");
  });

  it("wants the exact name for a protected target", () => {
    expect(code({ protection: "protected" })).toBe("target.protected");
    expect(code({ protection: "protected", confirmed: "Prod" })).toBe("target.protected");
    expect(code({ protection: "protected", confirmed: "" })).toBe("target.protected");
    expect(code({ protection: "protected", confirmed: "prod" })).toBe("written");
  });

  it("lets a dry run on a protected target through", () => {
    expect(code({ protection: "protected", dryRun: true })).toBe("written");
  });
});
