import { describe, expect, it } from "vitest";
import { copyJob } from "../testing/sample-jobs.ts";
import { changedFields } from "./changed-fields.ts";

const named = (changes: Parameters<typeof copyJob>[0] = {}) =>
  copyJob({ name: "nightly", target: "two:acme:*", ...changes });

describe("changed fields of a job", () => {
  it("are told with what they were and are, by name", () => {
    const changed = changedFields(named(), named({ parallel: 4, enabled: false }));
    expect(changed).toEqual([
      { field: "enabled", before: true, after: false, kept: true },
      { field: "parallel", before: 2, after: 4, kept: true },
    ]);
  });

  it("are none where the same is written otherwise", () => {
    expect(changedFields(named(), named({ mask: undefined }))).toEqual([]);
  });

  it("tell that something came and went", () => {
    expect(changedFields(named(), named({ schedule: { every: "1h", missed: "once" } }))).toEqual([
      { field: "schedule", before: null, after: { every: "1h", missed: "once" }, kept: true },
    ]);
  });

  it("say no more than that of filters, of addresses and of what is long", () => {
    const changed = changedFields(
      named(),
      named({
        filter: { where: { email: "ada@example.test" } },
        source: "postgres://u:secret@h/d",
        ignoreFields: ["x".repeat(3_000)],
      }),
    );
    expect(changed.map(({ field, kept }) => [field, kept])).toEqual([
      ["filter", false],
      ["ignoreFields", false],
      ["source", false],
    ]);
    expect(JSON.stringify(changed)).not.toMatch(/ada|secret|xxx/);
  });
});
