import { seed } from "@syncline/tooling-vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { CodedError } from "../errors/coded-error.ts";
import type { EndpointLocator, TableSelection } from "./endpoint-locator.ts";
import { formatEndpointLocator } from "./format-endpoint-locator.ts";
import { parseEndpointLocator } from "./parse-endpoint-locator.ts";
import { utf8Length } from "./text-bytes.ts";

const odd = fc.constantFrom(
  "a:b",
  "a,b",
  "a.b",
  '"',
  '""',
  "*",
  " ",
  "snapshot",
  "://",
  "./x",
  "#",
  "%",
  "%41",
  "@",
  "\n",
  "constructor",
  "ž",
  "🐘",
  "-",
  "SELECT",
);
const name = fc
  .oneof(
    odd,
    fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }),
    fc.stringMatching(/^[A-Za-z0-9_]{1,20}$/),
  )
  .filter((text) => text.length > 0 && utf8Length(text) <= 63 && !text.includes("\0") && text.isWellFormed());
const table = fc.record({ schema: fc.option(name), name });
const tables: fc.Arbitrary<TableSelection> = fc.oneof(
  fc.constant({ kind: "all" as const }),
  fc
    .uniqueArray(table, {
      minLength: 1,
      maxLength: 4,
      selector: (entry) => JSON.stringify([entry.schema, entry.name]),
    })
    .map((names) => ({ kind: "named" as const, names })),
);
const urls = fc.constantFrom(
  "postgres://u@h/db",
  "postgresql://h:5433",
  "postgres://u@[::1]:1/a%20b?sslmode=require",
  "postgres:///db",
);
const locator: fc.Arbitrary<EndpointLocator> = fc.oneof(
  fc.record({ kind: fc.constant("tenant" as const), server: fc.option(name), tenant: name, tables }),
  fc.record({ kind: fc.constant("url" as const), url: urls, tenant: name, tables }),
  fc.record({ kind: fc.constant("snapshot" as const), id: name, tables }),
);

it("parse(format(x)) = x", () => {
  fc.assert(
    fc.property(locator, (value) => {
      expect(parseEndpointLocator(formatEndpointLocator(value))).toEqual(value);
    }),
    { seed, numRuns: 3000 },
  );
});

it("format(parse(text)) is stable, and any text is either read or refused with locator.invalid", () => {
  const hostile = fc
    .array(fc.oneof(odd, fc.constantFrom(":", ",", ".", '"', "postgres://", "snapshot:", "public", "\0")), {
      maxLength: 10,
    })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: "binary" })), (text) => {
      try {
        const printed = formatEndpointLocator(parseEndpointLocator(text));
        expect(formatEndpointLocator(parseEndpointLocator(printed))).toBe(printed);
      } catch (error) {
        if (!(error instanceof CodedError && error.code === "locator.invalid")) throw error;
      }
    }),
    { seed, numRuns: 5000 },
  );
});
