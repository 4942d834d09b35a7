import { describe, expect, it } from "vitest";
import { CodedError } from "../errors/coded-error.ts";
import type { ForeignKeySpec } from "../schema/foreign-key.ts";
import type { ColumnSpec, KeySpec, TableSpec, TypeSpec } from "../schema/table-spec.ts";
import { checkMasks } from "./check-masks.ts";
import { parseMasks } from "./parse-masks.ts";

const typeOf = (name: string, rest: Partial<TypeSpec> = {}): TypeSpec => ({
  name,
  base: name.replace(/\(.*\)/, ""),
  kind: "base",
  portable: true,
  ...rest,
});
const column = (name: string, type: string | TypeSpec, rest: Partial<ColumnSpec> = {}): ColumnSpec => ({
  name,
  type: typeof type === "string" ? typeOf(type) : type,
  notNull: false,
  generated: false,
  identity: null,
  hasDefault: false,
  nondeterministicCollation: null,
  ...rest,
});
const unique = (...columns: string[]): KeySpec => ({
  name: `by_${columns.join("_")}`,
  kind: "unique",
  columns,
  operators: columns.map(() => "pg_catalog.="),
  nullable: true,
});
const table = (name: string, columns: readonly ColumnSpec[], keys: readonly KeySpec[] = []): TableSpec => ({
  name: { schema: "public", name },
  kind: "table",
  columns,
  keys,
  estimatedRows: 0,
  sizeBytes: 0,
  fingerprint: "",
});
const reference = (from: string, to: string): ForeignKeySpec => {
  const [[table = "", name = ""], [referenced = "", target = ""]] = [from.split("."), to.split(".")];
  return {
    name: `${table}_${name}_fkey`,
    table: { schema: "public", name: table },
    columns: [name],
    referenced: { schema: "public", name: referenced },
    referencedColumns: [target],
    operators: ["pg_catalog.="],
    onDelete: "no action",
    onUpdate: "no action",
    deferrable: false,
    matchFull: false,
    validated: true,
  };
};

function check(
  rules: unknown,
  tables: readonly TableSpec[],
  options: { readonly foreignKeys?: readonly ForeignKeySpec[]; readonly partial?: boolean } = {},
) {
  const { foreignKeys = [], partial = false } = options;
  return checkMasks({ rules: parseMasks(rules), tables, foreignKeys, partial });
}

function problem(...args: Parameters<typeof check>): string {
  try {
    check(...args);
  } catch (error) {
    if (error instanceof CodedError && error.code === "mask.invalid") return error.message;
    throw error;
  }
  return "";
}

const mood = typeOf("public.mood", { kind: "enum", labels: ["sad", "ok"] });
const USERS = table(
  "users",
  [
    column("email", "text"),
    column("short", "character varying(20)"),
    column("age", "integer", { notNull: true }),
    column("born", "date"),
    column("doc", "jsonb"),
    column("mood", mood),
    column("tags", typeOf("text[]", { kind: "array" })),
    column("site", typeOf("public.url", { kind: "domain", base: "text", baseKind: "base" })),
    column("id", "uuid"),
    column("full", "text", { generated: true }),
  ],
  [unique("email"), unique("age", "short")],
);

describe("types", () => {
  it.each([
    ["born", "hash", 'Column "users.born" (date) cannot be masked with hash; possible are fixed, null.'],
    ["doc", "redact", "cannot be masked with redact"],
    ["tags", "hash", "possible are fixed, null"],
    ["age", null, "takes no NULL; possible are hash, fixed"],
    ["age", { fixed: null }, "takes no NULL"],
    ["age", { fixed: "2147483648" }, "takes whole numbers up to 2147483647"],
    ["mood", { fixed: "great" }, 'takes one of "sad", "ok"'],
    ["id", { fixed: "x" }, "takes a UUID"],
    ["id", { hash: { length: 4 } }, "leave length out"],
    ["id", { fake: "email" }, "possible are hash, fixed, null"],
    ["short", { fake: "email" }, "too short for an address"],
    ["short", { fixed: "x".repeat(21) }, "at most 20 characters"],
    ["full", "hash", "is computed from other columns"],
    ["emial", "hash", 'no column "users.emial". Did you mean "email"?'],
  ])("%s: %j", (name, rule, expected) => {
    expect(problem({ users: { [name]: rule } }, [USERS])).toContain(expected);
  });

  it("takes what is possible, and tells all problems at once", () => {
    const rules = {
      users: { email: { fake: "email" }, site: "keep-format", doc: null, mood: { fixed: "sad" }, id: "hash" },
    };
    expect(check(rules, [USERS])).toMatchObject({ keyed: true, warnings: [] });
    expect(check({ users: { doc: { fixed: "{}" } } }, [USERS]).keyed).toBe(false);
    expect(problem({ users: { born: "hash", doc: "hash" } }, [USERS]).split("\n")).toHaveLength(3);
  });
});

describe("keys", () => {
  it("stay unique, or are warned of where several columns are one key", () => {
    expect(problem({ users: { email: { fixed: "x" } } }, [USERS])).toContain('unique key "by_email"');
    expect(problem({ users: { email: { fake: "city" } } }, [USERS])).toContain(
      "hash, fake email, keep-format",
    );
    expect(check({ users: { email: { hash: { length: 8 } } } }, [USERS]).warnings).toHaveLength(1);
    expect(check({ users: { email: { hash: { length: 16 } } } }, [USERS]).warnings).toHaveLength(0);
    expect(check({ users: { short: { fixed: "x" } } }, [USERS]).warnings[0]).toContain('"by_age_short"');
  });
});

describe("references", () => {
  const invites = table("invites", [
    column("email", "text"),
    column("short", "character varying(20)"),
    column("n", "bigint"),
  ]);
  const foreignKeys = [reference("invites.email", "users.email")];

  it("need one rule on both columns", () => {
    const both = { users: { email: "hash" }, invites: { email: "hash" } };
    expect(problem(both, [USERS, invites], { foreignKeys })).toBe("");
    for (const rules of [
      { users: { email: "hash" } },
      { invites: { email: "hash" } },
      { ...both, invites: { email: { hash: { domain: "other" } } } },
    ])
      expect(problem(rules, [USERS, invites], { foreignKeys })).toContain('must carry the same mask as "');
    expect(problem({ invites: { email: null } }, [USERS, invites], { foreignKeys })).toBe("");
  });

  it("need one result too", () => {
    const cut = [reference("invites.short", "users.email")];
    const rules = { users: { email: "hash" }, invites: { short: "hash" } };
    expect(problem(rules, [USERS, invites], { foreignKeys: cut })).toContain("types differ");
    const wide = [reference("invites.n", "users.age")];
    expect(
      problem({ users: { age: "hash" }, invites: { n: "hash" } }, [USERS, invites], { foreignKeys: wide }),
    ).toContain("types differ");
  });

  it("to tables that take no part are warned of", () => {
    expect(check({ users: { email: "hash" } }, [USERS], { foreignKeys }).warnings[0]).toContain(
      "does not take part",
    );
  });
});

it("stops at a table that is not there, unless tables were left out on purpose", () => {
  const rules = { user: { email: "hash" } };
  expect(problem(rules, [USERS])).toContain('Did you mean "users"?');
  expect(check(rules, [USERS], { partial: true })).toMatchObject({ masks: new Map(), keyed: false });
  expect(check({ "public.users": { email: "hash" } }, [USERS]).masks.has("users")).toBe(true);
});
