import type { CodedError } from "@syncline/core";
import { describe, expect, it } from "vitest";
import { environmentRules, NO_ENVIRONMENT_RULES, stricterRules } from "./environments.ts";
import { parseConfig } from "./parse-config.ts";

const KEY = `ed25519:${"A".repeat(43)}=`;
const OTHER = `ed25519:${"B".repeat(42)}A=`;
const parse = (text: string) => parseConfig(`version: 1\n${text}`, "/x/syncline.yaml");

describe("environments", () => {
  it("give the rules of a server's environment", () => {
    const { config, warnings } = parse(`servers:
  a: {host: h, environment: production}
  b: {host: h, environment: elsewhere}
environments:
  production:
    approvals: 2
    approvalsExpireAfter: 2d
    signatures: {signers: ["${KEY}", "${OTHER}"]}
    frozen: migration tonight
`);
    expect(warnings).toEqual([]);
    expect(environmentRules(config, "production")).toEqual({
      approvals: 2,
      approvalMs: 172_800_000,
      signatures: { required: 1, signers: [KEY, OTHER] },
      frozen: "migration tonight",
    });
    expect(environmentRules(config, "elsewhere")).toBe(NO_ENVIRONMENT_RULES);
    expect(environmentRules(config, "constructor")).toBe(NO_ENVIRONMENT_RULES);
    expect(environmentRules(config, null)).toBe(NO_ENVIRONMENT_RULES);
  });

  it("warn of a name that is nearly one of them, and refuse one that is only written otherwise", () => {
    const named = (name: string) =>
      `servers: {a: {host: h, environment: ${name}}}\nenvironments: {production: {approvals: 1}}\n`;
    expect(parse(named("prodction")).warnings).toMatchObject([{ line: 2, path: "servers.a.environment" }]);
    expect(() => parse(named("Production"))).toThrow('did you mean "production"?');
    expect(parse(named("elsewhere")).warnings).toEqual([]);
  });

  const wrong: Readonly<Record<string, string>> = {
    "{approvals: -1}": "3:18: environments.p.approvals: expected at least 0",
    "{approvals: two}": "3:18: environments.p.approvals: expected a number",
    "{approvalsExpireAfter: soon}": "3:29: environments.p.approvalsExpireAfter: expected a duration",
    "{signatures: {signers: []}}": "environments.p.signatures.signers: must not be empty",
    [`{signatures: {required: 2, signers: ["${KEY}"]}}`]: "fewer signers than required",
    [`{signatures: {signers: ["${KEY}", "${KEY}"]}}`]: "the same signer stands there twice",
    [`{signatures: {signers: ["${KEY.slice(0, -2)}B="]}}`]: "signers[0]: expected a public key",
    [`{signatures: {signers: ["${KEY.slice(8)}"]}}`]: "signers[0]: expected a public key",
    "{frozen: true}": "environments.p.frozen: expected a text",
    "{frozen: ''}": "environments.p.frozen: must not be empty",
    "{approval: 1}": 'unknown key "approval"',
  };
  for (const [rules, problem] of Object.entries(wrong)) {
    it(`refuse ${rules}`, () => {
      try {
        parse(`environments:\n  p: ${rules}\n`);
      } catch (error) {
        expect((error as CodedError).code).toBe("config.invalid");
        expect((error as CodedError).message).toContain(problem);
        return;
      }
      throw new Error("it was taken");
    });
  }
});

it("the stricter of two rules holds", () => {
  const one = { ...NO_ENVIRONMENT_RULES, approvals: 1, signatures: { required: 1, signers: [KEY, OTHER] } };
  const other = {
    approvals: 2,
    approvalMs: 1000,
    signatures: { required: 2, signers: [OTHER] },
    frozen: "no",
  };
  expect(stricterRules(one, other)).toEqual({
    approvals: 2,
    approvalMs: 1000,
    signatures: { required: 2, signers: [OTHER] },
    frozen: "no",
  });
  expect(stricterRules(one, NO_ENVIRONMENT_RULES)).toEqual(one);
});
