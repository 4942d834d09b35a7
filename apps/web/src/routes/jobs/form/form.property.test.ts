import { JOB_KINDS, type JobKind, jobSchema } from "@syncline/api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkForm, filterProblem, NEEDED } from "./check-form.ts";
import { definitionOfForm } from "./definition-of-form.ts";
import { formOfDefinition } from "./form-of-definition.ts";
import { EMPTY_FORM, fieldsOf, strategiesOf, withKind } from "./job-form.ts";

const words = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });
const column = fc.oneof(
  words,
  fc.constantFrom("id", "updated_at", "Ünïcode", "__proto__", "constructor", "1"),
);
const locator = fc.constantFrom(
  "a:public:*",
  'b:acme:orders,"Order Items"',
  "public:users",
  "r:office/x:*",
  '"a:b":c:d.e',
);
const duration = fc
  .tuple(fc.integer({ min: 1, max: 999_999 }), fc.constantFrom("ms", "s", "m", "h", "d"))
  .map(([count, unit]) => `${count}${unit}`);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const record = <T>(value: fc.Arbitrary<T>) =>
  fc.dictionary(column, value, { maxKeys: 4, noNullPrototype: true });
const missed = maybe(fc.constantFrom("skip", "once", "all"));

/** What a field may hold, by its name; some hold other things in other kinds. */
const FIELDS: Readonly<Record<string, (kind: JobKind) => fc.Arbitrary<unknown>>> = {
  kind: (kind) => fc.constant(kind),
  name: () => fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/),
  description: () => maybe(fc.string({ maxLength: 60 })),
  enabled: () => maybe(fc.boolean()),
  schedule: () =>
    maybe(
      fc.oneof(
        fc.record({ every: duration, missed }),
        fc.record({ cron: words, timeZone: maybe(words), missed }),
        fc.record({ listen: fc.record({ server: words, channel: words, quiet: maybe(duration) }) }),
      ),
    ),
  retry: () =>
    maybe(
      fc.record({
        attempts: maybe(fc.integer({ min: 1, max: 50 })),
        first: maybe(duration),
        factor: maybe(fc.double({ min: 1, max: 10, noNaN: true })),
        longest: maybe(duration),
      }),
    ),
  timeout: () => maybe(duration),
  source: () => locator,
  target: () => locator,
  base: (kind) => (kind === "merge" ? locator : maybe(locator)),
  schema: () => maybe(fc.array(words, { maxLength: 4 })),
  filter: () =>
    maybe(
      record(fc.oneof(fc.jsonValue({ noUnicodeString: false } as never), fc.integer(), words)).map(
        (document) => JSON.parse(JSON.stringify(document)),
      ),
    ),
  mask: () => maybe(words),
  dataset: () => maybe(words),
  fields: () => maybe(fc.array(column, { minLength: 1, maxLength: 4 })),
  ignoreFields: () => maybe(fc.array(column, { maxLength: 4 })),
  ignoreTimestamps: () => maybe(fc.boolean()),
  ignoreSystemFields: () => maybe(fc.boolean()),
  mapTable: () => maybe(record(words)),
  mapColumn: () => maybe(record(words)),
  tolerance: () => maybe(record(words)),
  key: () => maybe(record(fc.array(column, { minLength: 1, maxLength: 3 }))),
  parallel: () => maybe(fc.integer({ min: 1, max: 16 })),
  slices: () => maybe(fc.oneof(fc.constant("auto"), fc.integer({ min: 1, max: 1024 }))),
  maxDifferences: () => maybe(fc.integer({ min: 1 })),
  maxPercent: () => maybe(fc.double({ min: 0, max: 100, noNaN: true }).map((each) => each + 0)),
  alertAbove: () => maybe(fc.nat()),
  strategy: (kind) => maybe(fc.constantFrom(...strategiesOf(kind))),
  direction: () => maybe(fc.constantFrom("both", "source-to-target", "target-to-source")),
  conflicts: () =>
    maybe(
      fc.record({
        detection: maybe(fc.constantFrom("changed-fields", "key", "all-values", "timestamp")),
        resolution: maybe(fc.constantFrom("manual", "newest", "source", "target", "ignore")),
        skew: maybe(duration),
      }),
    ),
  maxDeletePercent: () => maybe(fc.double({ min: 0, max: 100, noNaN: true }).map((each) => each + 0)),
  maxDeletes: () => maybe(fc.nat()),
  incremental: () => maybe(fc.boolean()),
  includeSchemas: () => maybe(fc.boolean()),
  includeCascades: () => maybe(fc.boolean()),
  triggers: () => maybe(fc.constantFrom("auto", "on", "off")),
  lockTimeout: () => maybe(duration),
  confirm: () => maybe(words),
  dryRun: () => maybe(fc.boolean()),
  patch: () => words,
  ledgerId: () => words,
  file: () => words,
  format: () => maybe(fc.constantFrom("ndjson", "json", "yaml", "csv", "sql")),
  recipients: () => maybe(fc.array(words, { maxLength: 3 })),
  allow: () => maybe(words),
};

const withoutGaps = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function definitions(kind: JobKind) {
  const fields = [...fieldsOf(kind)].map((name) => [name, FIELDS[name]?.(kind) ?? fc.constant(undefined)]);
  return fc.record(Object.fromEntries(fields)).map(withoutGaps);
}

describe.each(JOB_KINDS)("%s", (kind) => {
  it("every valid definition comes out of the form as it went in", () => {
    fc.assert(
      fc.property(definitions(kind), (input) => {
        const definition = jobSchema.parse(input);
        const written = definitionOfForm(formOfDefinition(definition));
        expect(jobSchema.parse(written)).toEqual(definition);
        // And what it left out is nothing that was said.
        expect(Object.keys(written).sort()).toEqual(Object.keys(definition).sort());
      }),
      { numRuns: 200 },
    );
  });

  it("has a test value for every field of its schema", () => {
    expect([...fieldsOf(kind)].filter((name) => FIELDS[name] === undefined)).toEqual([]);
  });
});

describe("what was typed", () => {
  const good = {
    ...withKind(EMPTY_FORM, "copy"),
    name: "nightly",
    source: "a:public:*",
    target: "b:public:*",
  };
  const problems = (change: object) => Object.fromEntries(checkForm({ ...good, ...change }).problems);

  it("is a definition when nothing is wrong", () => {
    expect(checkForm(good).definition).toMatchObject({ kind: "copy", name: "nightly", strategy: "replace" });
    expect(problems({})).toEqual({});
  });

  it("is told where it is wrong", () => {
    expect(problems({ name: "" })).toEqual({ name: NEEDED });
    expect(problems({ name: "Nightly Copy" }).name).toContain("lower-case letters");
    expect(problems({ source: "" })).toEqual({ source: NEEDED });
    expect(problems({ source: "a:b:c,,d" }).source).toContain("a table name is missing");
    expect(problems({ parallel: "17" })).toEqual({ parallel: "At most 16." });
    expect(problems({ parallel: "many" })).toEqual({ parallel: "Expected a number." });
    expect(problems({ parallel: "1.5" })).toEqual({ parallel: "A whole number." });
    expect(problems({ slices: "0" })).toEqual({ slices: "At least 1." });
    expect(problems({ slices: "some" }).slices).toContain("1 to 1024");
    expect(problems({ timeout: "soon" }).timeout).toContain("30s");
    expect(problems({ scheduleMode: "cron", cron: "" })).toEqual({ "schedule.cron": NEEDED });
    expect(problems({ scheduleMode: "every", every: "5 minutes" })["schedule.every"]).toContain("5m");
    expect(problems({ scheduleMode: "listen" })).toEqual({
      "schedule.listen.server": NEEDED,
      "schedule.listen.channel": NEEDED,
    });
    expect(
      problems({
        mapTable: [
          { name: "a", value: "b" },
          { name: "a", value: "c" },
        ],
      }).mapTable,
    ).toContain("twice");
    expect(problems({ key: [{ table: "a", columns: [] }] }).key).toContain("both columns");
    expect(problems({ mapTable: [{ name: "", value: "" }] })).toEqual({});
    expect(problems({ strategy: "three-way" })).toEqual({ base: NEEDED });
    expect(problems({ base: "c:public:*" }).base).toContain("three-way");
    expect(problems({ strategy: "three-way", base: "c:public:*" })).toEqual({});
  });

  it("keeps its digits", () => {
    expect(filterProblem('{"where": {"id": 9007199254740993}}')).toContain("9007199254740993");
    expect(filterProblem('{"where": {"id": "9007199254740993", "n": 0.1, "m": 123456789012345}}')).toBeNull();
    expect(filterProblem('{"where": {"a" 1}}')).toContain("not valid JSON");
    expect(filterProblem('{"where": {"a": {"$gtee": 1}}}')).toContain("$gte");
  });

  it("stays when another kind is chosen", () => {
    const merge = withKind({ ...good, strategy: "skip-existing", parallel: "7" }, "import");
    expect(merge).toMatchObject({ kind: "import", strategy: "replace", parallel: "7", name: "nightly" });
    expect(definitionOfForm(merge)).not.toHaveProperty("parallel");
  });
});

it("what comes in the address may be anything", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(FIELDS)), fc.anything()), (raw) => {
      checkForm(formOfDefinition(raw));
    }),
  );
});
