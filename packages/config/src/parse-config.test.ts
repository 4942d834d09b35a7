import { CodedError } from "@syncline/core";
import { describe, expect, it } from "vitest";
import { configJsonSchema } from "./config-schema.ts";
import { defaultConfigText } from "./default-config-text.ts";
import { parseConfig } from "./parse-config.ts";

const FILE = "/repo/syncline.yaml";

function problems(text: string): string[] {
  try {
    parseConfig(text, FILE);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "config.invalid") throw error;
    return error.message
      .split("\n")
      .filter((line) => line.startsWith(FILE))
      .map((line) => line.slice(FILE.length + 1));
  }
  return [];
}

describe("a good file", () => {
  it("gives servers with their defaults; paths are relative to the file", () => {
    const { config, warnings } = parseConfig(
      `version: 1
current: prod
servers:
  prod:
    url: {env: PROD_URL}
    tls: {mode: verify-full, rootCert: certs/ca.pem}
    tenancy: {kind: column, column: tenant_id}
    protection: readonly
    environment: production
  "odd name":
    host: localhost
    password: {file: ./secrets/pw}
    replicaOf: prod
`,
      FILE,
    );
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      file: FILE,
      current: "prod",
      timestampFields: ["created_at", "updated_at", "modified_at", "last_update"],
    });
    expect(config.servers.get("prod")).toMatchObject({
      url: { kind: "env", name: "PROD_URL" },
      tls: { mode: "verify-full", rootCert: "/repo/certs/ca.pem" },
      tenancy: { kind: "column", column: "tenant_id", schema: "public" },
      protection: "readonly",
    });
    expect(config.servers.get("odd name")).toMatchObject({
      password: { kind: "file", path: "/repo/secrets/pw" },
      tenancy: { kind: "schema" },
      protection: null,
      replicaOf: "prod",
    });
  });

  it("may be JSON, and servers may have names of object members", () => {
    const { config } = parseConfig(
      '{"version": 1, "servers": {"constructor": {"host": "h"}, "toString": {"host": "i"}}}',
      "/repo/syncline.json",
    );
    expect([...config.servers.keys()]).toEqual(["constructor", "toString"]);
  });

  it("is what `config init` writes", () => {
    expect(parseConfig(defaultConfigText(), FILE).config.current).toBe("local");
    const uncommented = defaultConfigText()
      .replace(/^ {2}# {3}(\w)/gm, "    $1")
      .replace("  # production:", "  production:");
    expect(parseConfig(uncommented, FILE).config.servers.get("production")?.protection).toBe("readonly");
  });

  it("warns about a password in a URL without showing it", () => {
    const { warnings } = parseConfig("version: 1\nservers:\n  a:\n    url: postgres://u:c4n4ry@h/db\n", FILE);
    expect(warnings).toMatchObject([{ line: 4, column: 10, path: "servers.a.url" }]);
    expect(JSON.stringify(warnings)).not.toContain("c4n4ry");
  });
});

describe("a bad file is refused with line, column, path, what was expected and found", () => {
  const server = (body: string) => `version: 1\nservers:\n  a:\n    host: h\n    ${body}\n`;
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["empty", "", ["1:1: expected a mapping, found an empty value"]],
    ["a list", "- a", ["1:1: expected a mapping, found a list"]],
    ["no version", "{}", ["1:1: version: missing: expected 1"]],
    ["another version", "version: 2", ["1:10: version: expected 1, found 2"]],
    ["a typed key", "version: 1\ncurent: x", ['2:1: curent: unknown key "curent"; did you mean "current"?']],
    [
      "a later section",
      "version: 1\nretention: []",
      ['2:1: retention: the section "retention" is not supported by this version'],
    ],
    ["flows as a list", "version: 1\nflows: []", ["2:8: flows: expected a mapping, found a list"]],
    [
      "a flow of a server that is not there",
      "version: 1\nflows:\n  allow:\n    - {from: prod, to: '*'}",
      ['4:14: flows.allow[0].from: "prod" is neither a server nor an environment of this file'],
    ],
    [
      "a typed server key",
      server("prot: 1"),
      ['5:5: servers.a.prot: unknown key "prot"; did you mean "port"?'],
    ],
    ["a port of text", server("port: abc"), ['5:11: servers.a.port: expected a number, found "abc"']],
    [
      "a port too large",
      server("port: 70000"),
      ["5:11: servers.a.port: expected at most 65535, found 70000"],
    ],
    [
      "a word that is none",
      server("protection: hard"),
      ['5:17: servers.a.protection: expected open, protected or readonly, found "hard"'],
    ],
    [
      "an unknown tenancy",
      server("tenancy: {kind: table}"),
      [
        '5:21: servers.a.tenancy.kind: expected {kind: schema}, {kind: database} or {kind: column, column: name}, found "table"',
      ],
    ],
    [
      "column tenancy without column",
      server("tenancy: {kind: column}"),
      ["5:5: servers.a.tenancy.column: missing: expected a text"],
    ],
    [
      "an empty server",
      "version: 1\nservers:\n  a:\n",
      ["3:5: servers.a: expected a mapping, found an empty value"],
    ],
    [
      "a server without address",
      "version: 1\nservers:\n  a: {port: 1}\n",
      ["3:6: servers.a: expected a url or a host"],
    ],
    [
      "url and host",
      "version: 1\nservers:\n  a: {url: {env: X}, host: h}\n",
      ["3:28: servers.a.host: the url already says this; give either the url or the parts"],
    ],
    ["an unknown current", "version: 1\ncurrent: x", ['2:10: current: there is no server "x" under servers']],
    [
      "a replica of itself",
      server("replicaOf: a"),
      ["5:16: servers.a.replicaOf: expected the name of another server of this file"],
    ],
    [
      "a literal password",
      server("password: c4n4ry"),
      [
        "5:15: servers.a.password: expected a reference: {env: NAME}, {file: path} or {command: [program, argument]}, found a text",
      ],
    ],
    [
      "an empty command",
      server("password: {command: []}"),
      ["5:25: servers.a.password.command: must not be empty"],
    ],
    [
      "a command of text",
      server("password: {command: ls}"),
      ["5:25: servers.a.password.command: expected a list, found a text"],
    ],
    ["a duplicate key", "version: 1\nversion: 1", ["2:1: this key stands there twice"]],
    [
      "an alias",
      "version: 1\nservers:\n  a: &x {host: h}\n  b: *x",
      ["4:6: an alias (*name) is not allowed; write the value out"],
    ],
    [
      "__proto__",
      "version: 1\nservers:\n  __proto__: {host: h}",
      ['3:3: the key "__proto__" is not allowed'],
    ],
    ["two documents", "version: 1\n---\nversion: 1", ["2:1: only one document is allowed in the file"]],
    ["a tag", "version: !!js/function 1", ["1:10: a tag (!name) is not allowed"]],
    [
      "an open bracket",
      "version: 1\nservers: {a: ",
      ["2:14: the indentation does not fit, or a bracket is not closed"],
    ],
    [
      "a URL of another scheme",
      "version: 1\nservers:\n  a: {url: mysql://u:c4n4ry@h/d}",
      [
        "3:12: servers.a.url: the connection URL is not valid: it must start with postgres:// or postgresql://",
      ],
    ],
    [
      "an unknown parameter",
      "version: 1\nservers:\n  a: {url: 'postgres://u:c4n4ry@h/d?foo=c4n4ry'}",
      [
        '3:12: servers.a.url: the connection URL is not valid: the parameter "foo" is not supported (supported: host, port, dbname, user, password, sslmode, sslrootcert, connect_timeout, application_name)',
      ],
    ],
  ];
  for (const [name, text, expected] of cases) {
    it(name, () => {
      const found = problems(text);
      expect(found.length).toBeGreaterThan(0);
      expect(found.slice(0, expected.length)).toEqual(expected);
      expect(found.join()).not.toContain("c4n4ry");
    });
  }

  it("all problems at once, in order of line", () => {
    const found = problems(
      "version: 3\nservers:\n  b: {host: h, port: 0}\n  a: {host: h, tls: maybe}\ncurrant: a\n",
    );
    expect(found.map((line) => line.split(" ")[0])).toEqual(["1:10:", "3:22:", "4:21:", "5:1:"]);
  });

  it("is refused when it is huge", () => {
    expect(() => parseConfig(" ".repeat(1024 * 1024 + 1), FILE)).toThrow(/longer than/);
    expect(problems(`version: 1\nservers: ${"[".repeat(5000)}`).length).toBeGreaterThan(0);
  });
});

it("the JSON Schema names every key and refuses others", () => {
  const schema = configJsonSchema() as {
    properties: Record<string, unknown>;
    additionalProperties: boolean;
    required: string[];
  };
  expect(Object.keys(schema.properties)).toEqual([
    "version",
    "current",
    "servers",
    "environments",
    "timestampFields",
    "systemFields",
    "flows",
    "masks",
    "datasets",
    "export",
    "jobs",
    "limits",
    "alerts",
    "features",
  ]);
  expect(schema.additionalProperties).toBe(false);
  expect(schema.required).toEqual(["version"]);
});
