import { describe, expect, it } from "vitest";
import { CodedError } from "../errors/coded-error.ts";
import type { EndpointLocator, TableName } from "./endpoint-locator.ts";
import { formatEndpointLocator } from "./format-endpoint-locator.ts";
import { parseEndpointLocator } from "./parse-endpoint-locator.ts";

const all = { kind: "all" } as const;
const named = (...names: readonly (string | TableName)[]) =>
  ({
    kind: "named",
    names: names.map((name) => (typeof name === "string" ? { schema: null, name } : name)),
  }) as const;
const tenant = (
  server: string | null,
  name: string,
  tables: ReturnType<typeof named> | typeof all,
): EndpointLocator => ({ kind: "tenant", server, tenant: name, tables });
const url = (text: string, name: string, tables: ReturnType<typeof named> | typeof all): EndpointLocator => ({
  kind: "url",
  url: text,
  tenant: name,
  tables,
});

const VALID: readonly (readonly [string, EndpointLocator])[] = [
  ["public:users", tenant(null, "public", named("users"))],
  ["prod:public:users", tenant("prod", "public", named("users"))],
  ["prod:Public:Users", tenant("prod", "Public", named("Users"))],
  ["public:*", tenant(null, "public", all)],
  ["public:a,b,c", tenant(null, "public", named("a", "b", "c"))],
  [
    "public:billing.invoices,users",
    tenant(null, "public", named({ schema: "billing", name: "invoices" }, "users")),
  ],
  ["app.v2:users", tenant(null, "app.v2", named("users"))],
  ["acme-prod:t_1$x", tenant(null, "acme-prod", named("t_1$x"))],
  ['"a:b":"c,d"."e.f""g"', tenant(null, "a:b", named({ schema: "c,d", name: 'e.f"g' }))],
  ['p:"*"', tenant(null, "p", named("*"))],
  ['p:" lead"', tenant(null, "p", named(" lead"))],
  ['"s p":"t\nt":"ž🐘"', tenant("s p", "t\nt", named("ž🐘"))],
  ["žluť:kůň", tenant(null, "žluť", named("kůň"))],
  ['"a/b":c', tenant(null, "a/b", named("c"))],
  ['"a://b":c', tenant(null, "a://b", named("c"))],
  ["public:a/b", tenant(null, "public", named("a/b"))],
  ['"snapshot":users', tenant(null, "snapshot", named("users"))],
  ['"./x":users', tenant(null, "./x", named("users"))],
  [`p:${"x".repeat(63)}`, tenant(null, "p", named("x".repeat(63)))],
  ["p:constructor,__proto__", tenant(null, "p", named("constructor", "__proto__"))],
  ["./backup/users/", { kind: "directory", path: "./backup/users/" }],
  ["/var/backup:1", { kind: "directory", path: "/var/backup:1" }],
  ["~/backup", { kind: "directory", path: "~/backup" }],
  ["..", { kind: "directory", path: ".." }],
  [".hidden:x", { kind: "directory", path: ".hidden:x" }],
  ["backup/users", { kind: "directory", path: "backup/users" }],
  ["backup/users:x", { kind: "directory", path: "backup/users:x" }],
  ["snapshot:nightly", { kind: "snapshot", id: "nightly", tables: all }],
  ["snapshot:3f2a:users", { kind: "snapshot", id: "3f2a", tables: named("users") }],
  ['snapshot:"odd: label"', { kind: "snapshot", id: "odd: label", tables: all }],
  ["postgres://u@h/db", url("postgres://u@h/db", "public", all)],
  [
    "postgresql://u:p@h:5433/db?sslmode=require#billing:a,b",
    url("postgresql://u:p@h:5433/db?sslmode=require", "billing", named("a", "b")),
  ],
  ["postgres://h/db#%22a%3Ab%22:%22t%20x%22", url("postgres://h/db", "a:b", named("t x"))],
  ["postgres://u:p@ss@h/db#public:*", url("postgres://u:p@ss@h/db", "public", all)],
  ["postgres://[::1]:5432/db", url("postgres://[::1]:5432/db", "public", all)],
  ["postgres:///db?host=/tmp", url("postgres:///db?host=/tmp", "public", all)],
  ["POSTGRES://h/db#p:t", url("POSTGRES://h/db", "p", named("t"))],
];

describe("parseEndpointLocator", () => {
  for (const [text, expected] of VALID)
    it(JSON.stringify(text), () => expect(parseEndpointLocator(text)).toEqual(expected));

  const invalid: readonly (readonly [string, number, RegExp])[] = [
    ["", 1, /empty/],
    ["  ", 1, /empty/],
    ["users", 1, /one part alone/],
    ["*", 1, /one part alone/],
    ["a,b", 1, /one part alone/],
    [":", 1, /name is missing/],
    [":users", 1, /name is missing/],
    ["public:", 8, /tables are missing/],
    ["prod:public:", 13, /tables are missing/],
    ["prod::users", 6, /name is missing/],
    ["a:b:c:d", 4, /more than three parts/],
    ["public:a,,b", 10, /table name is missing/],
    ["public:,a", 8, /table name is missing/],
    ["public:a,", 10, /table name is missing/],
    ["public:a.", 10, /missing after the dot/],
    ["public:.a", 8, /missing before the dot/],
    ["public:a.b.c", 11, /schema\.name/],
    ["public:a*", 9, /all tables/],
    ["public:*,a", 8, /all tables/],
    ["public:a.*", 10, /all tables/],
    ["public:a,b,a", 8, /named twice/],
    ["public: a", 8, /double quotes/],
    ["public:a b", 9, /double quotes/],
    ["pub\tlic:a", 4, /double quotes/],
    ['public:"a', 8, /never closed/],
    ['public:"a""', 8, /never closed/],
    ['public:""', 8, /must not be empty/],
    ['"":a', 1, /must not be empty/],
    ['public:"a"b', 11, /quoted name must be the whole/],
    ['"a"b:c', 1, /quoted name must be the whole/],
    ["a,b:c", 2, /may only stand among the tables/],
    ["public:a\0b", 9, /NUL/],
    [`public:${"x".repeat(64)}`, 8, /64 bytes/],
    [`public:${"ž".repeat(32)}`, 8, /64 bytes/],
    ["snapshot:", 10, /name is missing/],
    ["snapshot:a:b:c", 11, /snapshot:id/],
    ["public:\ud800", 8, /double quotes/],
  ];
  for (const [text, position, message] of invalid) {
    it(`refuses ${JSON.stringify(text)} at ${position}`, () => {
      const error = caught(text);
      expect(error.message).toMatch(message);
      expect(error.details.position).toBe(position);
      expect(error.hint).toMatch(/public:users|--schema/);
    });
  }
});

function caught(text: string): CodedError {
  try {
    parseEndpointLocator(text);
  } catch (error) {
    if (error instanceof CodedError && error.code === "locator.invalid") return error;
    throw error;
  }
  throw new Error(`accepted ${JSON.stringify(text)}`);
}

describe("G24: a password in a URL is never printed", () => {
  const canary = "c4n4ry";
  const broken = [
    `postgres://u:${canary}#x@h/db`,
    `postgres://u:1#${canary}@h/db`,
    `postgres://u:${canary}/x@h/db`,
    `postgres://u:1/${canary}@h/db`,
    `postgres://u:${canary}@h:notaport/db`,
    `postgres://u:${canary}@h/db#`,
    `postgres://u:${canary}@h/db#users`,
    `postgres://u:${canary}@h/db#a:b:c`,
    `postgres://u:${canary}@h/db#a:%zz`,
    `postgres://u:${canary}@h/db#a:b%00`,
    `mysql://u:${canary}@h/db`,
    `https://u:${canary}@h`,
    `u:${canary}@h:5432:db`,
    `u:${canary}@h:db:x:y`,
  ];
  for (const text of broken) {
    it(text, () => {
      const error = caught(text);
      expect(`${error.message}${error.hint}${JSON.stringify(error.details)}`).not.toContain(canary);
    });
  }

  it("in the printed form", () => {
    const text = `postgres://u:${canary}@h:1/db?sslmode=require&password=${canary}&sslkey=${canary}&options=${canary}#p:t`;
    expect(formatEndpointLocator(parseEndpointLocator(text))).toBe("postgres://u@h:1/db?sslmode=require#p:t");
    expect(formatEndpointLocator({ kind: "url", url: `broken ${canary}`, tenant: "p", tables: all })).toBe(
      "postgres://***#p:*",
    );
  });
});
