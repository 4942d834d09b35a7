import { describe, expect, it } from "vitest";
import { CodedError } from "../errors/coded-error.ts";
import type { ColumnSpec, TableSpec, TypeSpec } from "../schema/table-spec.ts";
import { filterToJson } from "./filter-to-json.ts";
import { parseFilter } from "./parse-filter.ts";
import { assertFilterTables, checkTableFilter } from "./select-filter.ts";

function column(name: string, base: string, type: Partial<TypeSpec> = {}): ColumnSpec {
  return {
    name,
    type: { name: base, base, kind: "base", portable: true, ...type },
    notNull: false,
    generated: false,
    identity: null,
    hasDefault: false,
    nondeterministicCollation: null,
  };
}

function table(name: string, columns: readonly ColumnSpec[], schema = "public"): TableSpec {
  return {
    name: { schema, name },
    kind: "table",
    columns,
    keys: [],
    estimatedRows: 1,
    sizeBytes: 1,
    fingerprint: "f",
  };
}

const users = table("users", [
  column("id", "bigint"),
  column("age", "integer"),
  column("small", "smallint"),
  column("status", "text"),
  column("code", "character varying", { name: "character varying(3)" }),
  column("price", "numeric", { name: "numeric(10,2)" }),
  column("ratio", "real"),
  column("score", "double precision"),
  column("active", "boolean"),
  column("born", "date"),
  column("seen", "timestamp with time zone"),
  column("local", "timestamp without time zone", { name: "timestamp(3) without time zone" }),
  column("span", "interval"),
  column("token", "uuid"),
  column("data", "jsonb"),
  column("raw", "json"),
  column("bytes", "bytea"),
  column("mood", "public.mood", { kind: "enum", labels: ["sad", "happy"] }),
  column("tags", "text[]", { kind: "array" }),
  column("mask", "bit", { name: "bit(3)" }),
  column("net", "cidr"),
  column("constructor", "text"),
  column('odd "name', "text"),
]);

function failure(where: string, spec = users): CodedError {
  try {
    checkTableFilter(
      parseFilter(
        where.startsWith('{"') && /^\{"(where|tables|search)"/.test(where) ? where : `{"where":${where}}`,
      ),
      spec,
    );
  } catch (error) {
    if (error instanceof CodedError && error.code === "filter.invalid") return error;
    throw error;
  }
  throw new Error(`accepted ${where}`);
}

describe("a wrong filter: path, type of the column, what was expected and found", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['{"agee":1}', "where.agee", /the table "users" has no column "agee"; did you mean "age"\?/],
    ['{"zzzzzz":1}', "where.zzzzzz", /has no column "zzzzzz"\.$/],
    ['{"AGE":1}', "where.AGE", /did you mean "age"/],
    ['{"toString":1}', "where.toString", /no column/],
    ['{"age":{"$gtee":1}}', "where.age.$gtee", /unknown operator; did you mean "\$gte"\?/],
    ['{"age":{"gte":1}}', "where.age.gte", /expected an operator, found the key "gte"/],
    ['{"age":{}}', "where.age", /empty object/],
    [
      '{"age":"18"}',
      "where.age",
      /"age" is integer: expected a whole number from -2147483648 to 2147483647, found the text "18"/,
    ],
    ['{"age":18.5}', "where.age", /found the number 18\.5/],
    ['{"age":{"$lt":2147483648}}', "where.age.$lt", /found the number 2147483648/],
    ['{"age":1e400}', "where.age", /whole number/],
    ['{"age":1e999999999}', "where.age", /whole number/],
    ['{"small":32768}', "where.small", /32767/],
    ['{"age":true}', "where.age", /found true/],
    ['{"age":[1]}', "where.age", /found a list/],
    ['{"age":{"$in":[1,"x"]}}', "where.age.$in[1]", /found the text "x"/],
    ['{"age":{"$in":1}}', "where.age.$in", /expected a list of values, found the number 1/],
    ['{"age":{"$gt":null}}', "where.age.$gt", /expected a value to compare with, found null/],
    ['{"age":{"$null":1}}', "where.age.$null", /expected true or false/],
    ['{"age":{"$like":"1%"}}', "where.age.$like", /"age" is integer; this operator needs a column of text/],
    ['{"age":{"$not":1}}', "where.age.$not", /expected an object of operators/],
    ['{"id":9223372036854775808}', "where.id", /9223372036854775807/],
    ['{"id":"abc"}', "where.id", /whole number/],
    [
      '{"price":1.234}',
      "where.price",
      /numeric\(10,2\): expected a number with at most 8 digits before and 2 after the point/,
    ],
    ['{"price":123456789}', "where.price", /8 digits before/],
    ['{"price":"Infinity"}', "where.price", /finite/],
    ['{"ratio":16777217}', "where.ratio", /real holds without rounding/],
    ['{"score":1e400}', "where.score", /without rounding/],
    ['{"score":9007199254740993}', "where.score", /without rounding/],
    [
      '{"active":"true"}',
      "where.active",
      /"active" is boolean: expected true or false, found the text "true"/,
    ],
    ['{"active":1}', "where.active", /found the number 1/],
    [
      '{"status":5}',
      "where.status",
      /"status" is text: expected a text in double quotes, found the number 5/,
    ],
    ['{"status":"a\\u0000"}', "where.status", /without NUL/],
    ['{"status":"\\ud800"}', "where.status", /half surrogate/],
    ['{"status":{"$like":"a\\\\"}}', "where.status.$like", /single backslash/],
    ['{"code":"abcd"}', "where.code", /at most 3 characters/],
    [
      '{"born":"today"}',
      "where.born",
      /"born" is date: expected a date such as "2024-02-29", found the text "today"/,
    ],
    ['{"born":"2023-02-29"}', "where.born", /expected a date/],
    ['{"born":"2024-2-9"}', "where.born", /expected a date/],
    ['{"born":"02/03/2024"}', "where.born", /expected a date/],
    ['{"born":"2024-01-01T00:00:00"}', "where.born", /expected a date/],
    ['{"born":"0000-01-01"}', "where.born", /expected a date/],
    ['{"born":20240101}', "where.born", /expected a date/],
    ['{"seen":"now"}', "where.seen", /expected a timestamp/],
    ['{"seen":"2024-01-01 24:00:00"}', "where.seen", /expected a timestamp/],
    ['{"seen":"2024-01-01 10:00:60"}', "where.seen", /expected a timestamp/],
    ['{"seen":"2024-01-01 10:00:00 CET"}', "where.seen", /expected a timestamp/],
    ['{"seen":"2024-01-01 10:00:00.1234567"}', "where.seen", /expected a timestamp/],
    ['{"local":"2024-01-01 10:00:00Z"}', "where.local", /without an offset/],
    ['{"local":"2024-01-01 10:00:00.0001"}', "where.local", /at most 3 digits after the second/],
    ['{"span":"yesterday"}', "where.span", /expected an interval/],
    ['{"token":"6f1c2d3e4a5b4c6d8e7f0123456789ab"}', "where.token", /expected a uuid/],
    [
      '{"mood":"hapy"}',
      "where.mood",
      /public\.mood: expected one of "sad", "happy"; did you mean "happy", found/,
    ],
    ['{"bytes":"\\\\x0"}', "where.bytes", /expected bytes/],
    ['{"data":{"$eq":"\\u0000"}}', "where.data.$eq", /without NUL/],
    ['{"data":{"a":1}}', "where.data.a", /to compare|expected an operator/],
    ['{"raw":"x"}', "where.raw", /"raw" \(json\) cannot be compared/],
    ['{"mask":"01"}', "where.mask", /expected 3 bits/],
    ['{"tags":"a"}', "where.tags", /"tags" is text\[\]: expected a list, found the text "a"/],
    ['{"tags":["a",1]}', "where.tags", /expected a list whose elements are each a text in double quotes/],
    ['{"tags":[["a"],["b","c"]]}', "where.tags", /lists of equal length/],
    ['{"tags":[[]]}', "where.tags", /lists of equal length/],
    ['{"tags":[[[[[[["a"]]]]]]]}', "where.tags", /at most 6 dimensions/],
    ['{"tags":{"$in":["a"]}}', "where.tags.$in[0]", /expected a list/],
    ['{"net":"192.0.2.1/24"}', "where.net", /without bits right/],
    ['{"$or":{"age":1}}', "where.$or", /expected a list of conditions/],
    ['{"$or":[{"age":1},{"agee":1}]}', "where.$or[1].agee", /no column/],
    ['{"$and":[1]}', "where.$and[0]", /expected an object, found the number 1/],
    ['{"$not":[]}', "where.$not", /expected an object, found a list/],
    ['{"$nor":[]}', "where.$nor", /unknown operator; did you mean "\$or"\?/],
    ['{"$gt":1}', "where.$gt", /needs a column/],
    ['{"$search":""}', "where.$search", /empty/],
    ['{"$search":1}', "where.$search", /expected a text to search for/],
    ['{"odd \\"name":1}', 'where["odd \\"name"]', /expected a text/],
    ["[]", "where", /expected an object, found a list/],
    ['{"search":" "}', "search", /empty/],
    ['{"tables":{"users":{"where":{"agee":1}}}}', "tables.users.where.agee", /no column/],
    ['{"tables":{"users":{"were":{}}}}', "tables.users.were", /unknown key; did you mean "where"\?/],
    ['{"tables":{"users":{}}}', "tables.users", /expected "where" or "search"/],
  ];
  for (const [where, path, message] of cases) {
    it(where, () => {
      const error = failure(where);
      expect(error.details.path).toBe(path);
      expect(error.message).toMatch(message);
      expect(error.message).not.toMatch(/SELECT|OPERATOR|::/);
    });
  }

  it("conditions outside where", () => {
    expect(() => parseFilter('{"status":"active"}')).toThrow(
      expect.objectContaining({ code: "filter.invalid", hint: expect.stringContaining('inside "where"') }),
    );
    expect(() => parseFilter('{"wher":{}}')).toThrow(/unknown key; did you mean "where"\?/);
    expect(() => parseFilter("{}")).toThrow(/empty/);
    expect(() => parseFilter("[]")).toThrow(/expected an object, found a list/);
  });

  it("search in a table without text", () => {
    expect(failure('{"search":"x"}', table("n", [column("id", "bigint")])).message).toMatch(
      /"n" has no column of text/,
    );
  });
});

describe("a right filter", () => {
  const accepted: readonly string[] = [
    '{"age":18.0}',
    '{"age":1e3}',
    '{"age":-0}',
    '{"id":"9223372036854775807"}',
    '{"id":9007199254740993}',
    '{"price":"1.20"}',
    '{"price":1.2000}',
    '{"price":"NaN"}',
    '{"ratio":0.1}',
    '{"score":1152921504606846976}',
    '{"score":"NaN"}',
    '{"born":"0044-03-15 BC"}',
    '{"born":{"$lt":"infinity"}}',
    '{"seen":"2024-02-29T10:00:00.123456+05:30"}',
    '{"seen":"2024-02-29"}',
    '{"local":"2024-02-29 10:00:00.1230"}',
    '{"span":"P1Y2M3DT4H"}',
    '{"data":{"$in":[{"a":[1]},"x",null]}}',
    '{"tags":null}',
    '{"constructor":"x"}',
    '{"status":{"$not":{"$in":["a"]}}}',
    '{"age":{"$gte":1,"$lt":5,"$ne":3}}',
    "{}",
  ];
  for (const where of accepted)
    it(where, () => expect(checkTableFilter(parseFilter(`{"where":${where}}`), users)).not.toBeNull());

  it("where holds for every table that tables does not name", () => {
    const orders = table("orders", [column("total", "numeric")]);
    const invoices = table("orders", [column("total", "numeric")], "billing");
    const filter = parseFilter(
      '{"where":{"age":1},"tables":{"orders":{"where":{"total":1}},"\\"odd:name\\"":{"search":"x"}}}',
    );
    expect(checkTableFilter(filter, users)).toMatchObject({ column: { name: "age" } });
    expect(checkTableFilter(filter, orders)).toMatchObject({ column: { name: "total" } });
    expect(checkTableFilter(filter, invoices)).toMatchObject({ column: { name: "total" } });
    expect(checkTableFilter(parseFilter('{"tables":{"orders":{"where":{"total":1}}}}'), users)).toBeNull();
    expect(() => assertFilterTables(filter, [users, orders])).toThrow(
      /tables\["\\"odd:name\\""\]: no such table takes part/,
    );
    expect(() => assertFilterTables(filter, [users, orders, table("odd:name", [])])).not.toThrow();
    expect(() =>
      assertFilterTables(parseFilter('{"tables":{"billing.orders":{"where":{}}}}'), [orders]),
    ).toThrow(/no such table/);
  });

  it("a column that one of several tables lacks: the hint shows the form by table", () => {
    expect(failure('{"age":1}', table("orders", [column("total", "numeric")])).hint).toContain(
      '{"tables": {"orders": {"where": {…}}}}',
    );
    expect(failure('{"age":"x"}').hint ?? "").not.toContain("tables");
  });

  it("survives JSON.stringify as the same filter", () => {
    const text =
      '{"where":{"id":9007199254740993,"price":1.10,"score":1e2,"__proto__":{"$in":[null,true,"x"]}}}';
    expect(JSON.stringify(filterToJson(parseFilter(text)))).toBe(
      '{"where":{"id":"9007199254740993","price":1.1,"score":100,"__proto__":{"$in":[null,true,"x"]}}}',
    );
  });
});
