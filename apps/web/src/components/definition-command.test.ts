import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type BodyInputOf, jobs } from "@syncline/api";
import { describe, expect, it } from "vitest";
import { definitionCommand } from "./definition-command.ts";

type JobInput = BodyInputOf<typeof jobs.createJob>;
const place = { source: "a:public:*", target: "b:public:*" };
const commandFor = (definition: JobInput, saved = true) =>
  definitionCommand(jobs.createJob.body.schema.parse(definition), { saved });

describe("the command line of a definition", () => {
  it("says what differs from what the command does by itself", () => {
    expect(commandFor({ kind: "diff", name: "d", ...place })).toBe("syncline diff 'a:public:*' 'b:public:*'");
    expect(
      commandFor({
        kind: "diff",
        name: "d",
        ...place,
        schema: ["users", "or*"],
        filter: { where: { name: "O'Neil" } },
        ignoreFields: ["a", "b"],
        tolerance: { price: "0.01" },
        maxDifferences: 5,
      }),
    ).toBe(
      `syncline diff 'a:public:*' 'b:public:*' --schema users --schema 'or*' --filter '{"where":{"name":"O'\\''Neil"}}' --ignore-fields a,b --tolerance price=0.01 --max-differences 5`,
    );
  });

  it("of kinds that only the service knows starts the saved job", () => {
    expect(commandFor({ kind: "bi-sync", name: "offices", ...place })).toBe(
      "syncline service trigger offices --wait",
    );
    expect(commandFor({ kind: "bi-sync", name: "offices", ...place }, false)).toBeNull();
  });

  const all: readonly JobInput[] = [
    {
      kind: "watch",
      name: "w",
      ...place,
      mask: "m",
      key: { t: ["a", "b"] },
      mapTable: { a: "b" },
      maxPercent: 5,
    },
    { kind: "diff", name: "d", ...place, fields: ["a"], ignoreTimestamps: true, ignoreSystemFields: true },
    {
      kind: "copy",
      name: "c",
      ...place,
      schema: ["a", "b"],
      strategy: "merge",
      incremental: true,
      includeSchemas: true,
      dryRun: true,
      confirm: "b",
      triggers: "off",
      includeCascades: true,
    },
    { kind: "apply", name: "a", patch: "p", target: place.target, strategy: "theirs", dryRun: true },
    { kind: "undo", name: "u", ledgerId: "l", target: place.target, strategy: "ours", confirm: "b" },
    { kind: "export", name: "e", source: place.source, file: "f.csv", format: "csv", recipients: ["age1"] },
    { kind: "import", name: "i", file: "f.csv", target: place.target, strategy: "merge", dryRun: true },
  ];
  it.each(all.map((definition) => [definition.kind, definition] as const))(
    "of %s has only options that it takes",
    (_, definition) => {
      const [, ...words] = (commandFor(definition) ?? "").split(" ");
      const names = words
        .filter((word) => !word.startsWith("-"))
        .slice(0, definition.kind === "apply" ? 2 : 1);
      const cli = fileURLToPath(new URL("../../../cli/bin/syncline.js", import.meta.url));
      const help = execFileSync(process.execPath, [cli, ...names, "--help"], { encoding: "utf8" });
      const unknown = words
        .filter((word) => word.startsWith("--"))
        .filter((word) => !help.includes(`${word} `));
      expect(unknown).toEqual([]);
    },
  );
});
