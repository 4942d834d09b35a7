import { describe, expect, it } from "vitest";
import { parseConnectionUrl } from "./parse-connection-url.ts";

const nothing = {
  host: null,
  port: null,
  database: null,
  user: null,
  password: null,
  sslMode: null,
  sslRootCert: null,
  connectTimeoutMs: null,
  applicationName: null,
};

describe("parseConnectionUrl", () => {
  const valid: readonly (readonly [string, Partial<Record<keyof typeof nothing, unknown>>])[] = [
    ["postgres://", {}],
    ["postgresql://h", { host: "h" }],
    ["postgres://u@h:5433/db", { user: "u", host: "h", port: 5433, database: "db" }],
    ["postgres://u%40x:p%3A%2F%23@h/d%20b", { user: "u@x", password: "p:/#", host: "h", database: "d b" }],
    ["postgres://u:p@ss@h/db", { user: "u", password: "p@ss", host: "h", database: "db" }],
    ["postgres://u:@h/db", { user: "u", password: "", host: "h", database: "db" }],
    ["postgres://[2001:db8::1]:5432/db", { host: "2001:db8::1", port: 5432, database: "db" }],
    ["postgres://%2Fvar%2Frun%2Fpostgresql/db", { host: "/var/run/postgresql", database: "db" }],
    [
      "postgres:///db?host=/tmp&port=5433&user=u&password=p",
      { host: "/tmp", port: 5433, database: "db", user: "u", password: "p" },
    ],
    [
      "postgres://h/db?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=3&application_name=a%20b",
      {
        host: "h",
        database: "db",
        sslMode: "verify-full",
        sslRootCert: "/ca.pem",
        connectTimeoutMs: 3000,
        applicationName: "a b",
      },
    ],
    ["postgres://h:/db?", { host: "h", database: "db" }],
  ];
  for (const [url, expected] of valid)
    it(url, () => expect(parseConnectionUrl(url)).toEqual({ ok: true, url: { ...nothing, ...expected } }));

  const invalid: readonly (readonly [string, RegExp])[] = [
    ["", /expected postgres/],
    ["mysql://h", /must start with/],
    ["postgres://u:c4n4ry@h1,h2/db", /several hosts/],
    ["postgres://u:c4n4ry@h1:1,h2:2/db", /several hosts/],
    ["postgres:///db?host=a,b", /several hosts/],
    ["postgres://u:c4n4ry@h:0/db", /port must be/],
    ["postgres://u:c4n4ry@h:65536/db", /port must be/],
    ["postgres://u:c4n4ry@h:5x/db", /expected postgres/],
    ["postgres://u:c4n4ry#@h/db", /%23/],
    ["postgres://u:c4n4ry/@h/db", /expected postgres/],
    ["postgres://u:%zz@h/db", /percent-encoded/],
    ["postgres://u:%00@h/db", /NUL/],
    [`postgres://h/${"x".repeat(64)}`, /longer than 63/],
    ["postgres://h/a/b", /expected postgres/],
    ["postgres://h/db?ssl=true", /sslmode=require/],
    ["postgres://h/db?options=-c%20c4n4ry", /"options" is not supported/],
    ["postgres://h/db?sslmode=allow", /sslmode must be/],
    ["postgres://h/db?sslmode=require&sslmode=disable", /twice/],
    ["postgres://h/db?sslmode", /no value/],
    ["postgres://h/db?host=other", /twice/],
    ["postgres://u:p@h/db?password=c4n4ry", /twice/],
    ["postgres://h/db?connect_timeout=-1", /connect_timeout must be/],
  ];
  for (const [url, problem] of invalid) {
    it(`refuses ${url}`, () => {
      const parsed = parseConnectionUrl(url);
      expect(parsed).toMatchObject({ ok: false, problem: expect.stringMatching(problem) });
      expect(JSON.stringify(parsed)).not.toContain("c4n4ry");
    });
  }
});
