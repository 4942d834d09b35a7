import { describe, expect, it } from "vitest";
import { findDataset } from "./datasets.ts";
import { parseConfig } from "./parse-config.ts";

const parse = (text: string) => parseConfig(`version: 1\n${text}`, "syncline.yaml").config;

describe("datasets", () => {
  it("reads tables, policies and filters with their defaults", () => {
    const config = parse(`datasets:
  accounts:
    root: users
    tables: [sessions, groups]
    policies: {users: {password_hash: newest}, sessions: regenerate}
    filters: {email: {table: users, column: email}, group: [{table: groups, column: name, through: [members]}]}`);
    expect(findDataset(config, "accounts")).toEqual({
      name: "accounts",
      root: "users",
      tables: ["sessions", "groups"],
      policies: new Map<string, unknown>([
        ["users", { kind: "fields", fields: new Map([["password_hash", "newest"]]) }],
        ["sessions", { kind: "table", policy: "regenerate" }],
      ]),
      filters: new Map([
        ["email", [{ table: "users", column: "email", match: "contains", through: [] }]],
        ["group", [{ table: "groups", column: "name", match: "equals", through: ["members"] }]],
      ]),
      masks: null,
    });
    expect(() => findDataset(config, "acounts")).toThrow('did you mean "accounts"?');
  });

  it.each([
    ["datasets:\n  a:\n    tables: [b]", /4:.*|3:.*root: missing/],
    [
      "datasets:\n  a:\n    root: u\n    tables: [b]\n    policies: {c: regenerate}",
      /syncline\.yaml:6:19: datasets\.a\.policies\.c: "c" is no table/,
    ],
    ["datasets:\n  a:\n    root: u\n    policies: {u: regenerate}", /the root table cannot be left out/],
    [
      "datasets:\n  a:\n    root: u\n    masks: m",
      /syncline\.yaml:5:12: datasets\.a\.masks: there are no masks "m"/,
    ],
    ["datasets:\n  a:\n    root: u\n    policies: {b: {c: newer}}", /syncline\.yaml:5:/],
  ])("tells where %j is wrong", (text, problem) => {
    expect(() => parse(text)).toThrow(problem);
  });
});
