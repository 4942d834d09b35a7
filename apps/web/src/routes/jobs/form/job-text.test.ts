import { readFileSync } from "node:fs";
import { type JobDefinition, type JobKind, jobSchema } from "@syncline/api";
import { describe, expect, it } from "vitest";
import { jobCommand } from "./job-command.ts";
import { jobYaml } from "./job-yaml.ts";

const COMMANDS = readFileSync(
  new URL("../../../../../../docs/reference/commands.md", import.meta.url),
  "utf8",
);

const rows = {
  schema: ["ord*"],
  filter: { where: { status: "it's" } },
  mask: "people",
  ignoreFields: ["a", "b"],
  mapTable: { a: "b" },
  mapColumn: { "a.x": "y" },
  key: { a: ["x", "y"] },
  parallel: 3,
};
const places = { source: "a:public:*", target: "b:public:*" };
const writing = { triggers: "off", includeCascades: true, lockTimeout: "5s", confirm: "b" };
const comparison = {
  ...rows,
  ...places,
  fields: ["x"],
  ignoreTimestamps: true,
  ignoreSystemFields: true,
  tolerance: { price: "0.01" },
  maxDifferences: 9,
  maxPercent: 2.5,
};

/** With everything that a kind can say. */
const FULL: Readonly<Partial<Record<JobKind, object>>> = {
  diff: comparison,
  watch: comparison,
  copy: {
    ...rows,
    ...places,
    ...writing,
    strategy: "three-way",
    base: "c:public:*",
    dataset: "d",
    incremental: true,
    includeSchemas: true,
  },
  merge: { ...rows, ...places, ...writing, base: "c:public:*" },
  undo: { ledgerId: "01K", target: "b:public:*", ...writing, strategy: "ours" },
  export: {
    source: "a:public:*",
    file: "x.ndjson",
    format: "sql",
    dataset: "d",
    filter: rows.filter,
    mask: "m",
    recipients: ["age1x"],
  },
  import: {
    file: "x.ndjson",
    target: "b:public:*",
    ...writing,
    strategy: "merge",
    base: "c:public:*",
    allow: "roots.txt",
  },
};

const job = (kind: JobKind, more: object): JobDefinition => jobSchema.parse({ name: "j", kind, ...more });

describe("the command line", () => {
  it.each(Object.entries(FULL))("of %s has only options that its command has", (kind, more) => {
    const command = jobCommand(job(kind as JobKind, more)) ?? "";
    const [, verb = ""] = command.split(" ");
    const section = COMMANDS.split(`\n## syncline ${verb}\n`)[1]?.split("\n## ")[0] ?? "";
    const options = command.match(/ --[a-z-]+/g) ?? [];
    expect(options.length).toBeGreaterThan(3);
    expect(
      options.filter((name) => !section.includes(`${name.trim()}\``) && !section.includes(`${name.trim()} `)),
    ).toEqual([]);
  });

  it("leaves out what is so by itself, and quotes", () => {
    expect(jobCommand(job("copy", places))).toBe("syncline copy 'a:public:*' 'b:public:*' --yes");
    expect(jobCommand(job("copy", { ...places, dryRun: true }))).toBe(
      "syncline copy 'a:public:*' 'b:public:*' --dry-run",
    );
    expect(jobCommand(job("diff", { ...places, filter: rows.filter }))).toBe(
      `syncline diff 'a:public:*' 'b:public:*' --filter '{"where":{"status":"it'\\''s"}}'`,
    );
    expect(jobCommand(job("bi-sync", places))).toBeNull();
  });
});

describe("the block of syncline.yaml", () => {
  it("is short", () => {
    expect(
      jobYaml(job("copy", { ...places, schedule: { cron: "30 2 * * *", timeZone: "Europe/Berlin" } })),
    ).toBe(
      [
        "jobs:",
        "  - name: j",
        "    kind: copy",
        '    schedule: {cron: "30 2 * * *", timeZone: Europe/Berlin, missed: once}',
        '    source: "a:public:*"',
        '    target: "b:public:*"',
      ].join("\n"),
    );
  });

  it("quotes what would be read as something else", () => {
    const text = jobYaml(
      job("diff", { ...places, schema: ["true", "1", "a b", "x"], description: "a: b # c\n" }),
    );
    expect(text).toContain('    schema: ["true", "1", "a b", x]');
    expect(text).toContain('    description: "a: b # c\\n"');
  });

  it("breaks long maps into lines", () => {
    const mapTable = Object.fromEntries(
      Array.from({ length: 9 }, (_, at) => [`table_${at}`, `other_table_${at}`]),
    );
    expect(jobYaml(job("diff", { ...places, mapTable }))).toContain(
      "    mapTable:\n      table_0: other_table_0\n",
    );
  });
});
