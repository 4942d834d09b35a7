import { CodedError } from "@syncline/core";
import { describe, expect, it } from "vitest";
import { resolveMasks } from "./masks.ts";
import { parseConfig } from "./parse-config.ts";

const FILE = "/repo/syncline.yaml";
const text = (rules: string, key = "key: {env: MASK_KEY}") =>
  `version: 1\nmasks:\n  staging:\n    ${key}\n    tables:\n      users: ${rules}\n`;

describe("masks of a config file", () => {
  it("gives rules by table and column, and the key by reference", async () => {
    const { config } = parseConfig(
      text(
        "{email: {fake: email}, name: {fake: {of: full-name, domain: d}}, phone: keep-format, note: null, plan: {fixed: free}, token: {hash: {length: 20}}, bio: {redact: gone}, hint: redact, level: {fixed: 7}}",
      ),
      FILE,
    );
    const key = "0123456789abcdef";
    const resolved = await resolveMasks(config, "staging", { env: { MASK_KEY: key } });
    expect(resolved.key).toEqual(new TextEncoder().encode(key));
    expect(Object.fromEntries(resolved.rules.get("users") ?? [])).toEqual({
      email: { kind: "fake", of: "email", domain: null },
      name: { kind: "fake", of: "full-name", domain: "d" },
      phone: { kind: "keep-format", domain: null },
      note: { kind: "null" },
      plan: { kind: "fixed", value: "free" },
      token: { kind: "hash", length: 20, domain: null },
      bio: { kind: "redact", text: "gone" },
      hint: { kind: "redact", text: "[redacted]" },
      level: { kind: "fixed", value: "7" },
    });
  });

  it.each([
    ["{email: scramble}", 'the mask knows no mask "scramble"'],
    ["{email: {hash: {}, fake: email}}", "must have exactly one key"],
    ["{email: {hash: {size: 3}}}", 'knows no option "size"'],
    ["{email: {hash: {length: 0}}}", "a length between 1 and 64"],
    ["{email: {fake: dog}}", "needs one of these fakes"],
    ["{email: {fixed: [1]}}", "needs one value"],
    ["{email: {fixed: 12345678901234567890}}", "quotes around a number"],
    ["{email: 5}", "must be an object"],
    ["[email]", "expected a mapping"],
  ])("refuses %s with line and column", (rules, problem) => {
    const wrong = () => parseConfig(text(rules), FILE);
    expect(wrong).toThrow(CodedError);
    expect(wrong).toThrow(problem);
    expect(wrong).toThrow(/syncline\.yaml:6:\d+: masks\.staging\.tables\.users/);
  });

  it("refuses a short key, a key in the file and an unknown name without telling a key", async () => {
    const { config } = parseConfig(text("{email: hash}"), FILE);
    const short = resolveMasks(config, "staging", { env: { MASK_KEY: "short-secret" } });
    await expect(short).rejects.toMatchObject({ code: "mask.invalid" });
    await expect(short).rejects.not.toThrow("short-secret");
    await expect(resolveMasks(config, "stagin", { env: {} })).rejects.toThrow('did you mean "staging"');
    await expect(resolveMasks(config, "staging", { env: {} })).rejects.toMatchObject({
      code: "config.secret_unavailable",
    });
    expect(() => parseConfig(text("{email: hash}", "key: plain-text-key-here"), FILE)).toThrow(CodedError);
  });
});
