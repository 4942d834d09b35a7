import { describe, expect, it } from "vitest";
import { openPatch } from "../../patch/codec/patch-reader.ts";
import { memorySource, patchBytes, sha256 } from "../../patch/testing/sample-patch.ts";
import type { RowChange } from "../row-change.ts";
import { renderDiff } from "./render-diff.ts";
import { DIFF_FORMATS, type RenderInput } from "./render-input.ts";
import { renderPatch } from "./render-patch.ts";
import { identicalDiff, sampleDiff, stoppedDiff } from "./testing/sample-diff.ts";
import { textWidth } from "./text-width.ts";

async function text(parts: AsyncIterable<string>): Promise<string> {
  let whole = "";
  for await (const part of parts) whole += part;
  return whole;
}

const ESCAPES = /\u001b\[\d+m/g;
const samples: readonly (readonly [string, (options?: Partial<RenderInput>) => RenderInput])[] = [
  ["sample", sampleDiff],
  ["identical", identicalDiff],
  ["stopped", stoppedDiff],
];
const terminal = ["summary", "detailed", "unified", "side-by-side"] as const;

describe("renderDiff", () => {
  for (const format of DIFF_FORMATS) {
    for (const [name, diff] of samples) {
      it(`renders ${name} as ${format}`, async () => {
        await expect(await text(renderDiff(format, diff()))).toMatchFileSnapshot(
          `__golden__/${format}-${name}.txt`,
        );
      });
    }
  }

  it.each(DIFF_FORMATS)("lets no control character of a value through: %s", async (format) => {
    for (const color of [false, true]) {
      const shown = (await text(renderDiff(format, sampleDiff({ color })))).replace(
        color ? ESCAPES : /$^/g,
        "",
      );
      expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });

  it.each(DIFF_FORMATS)("never looks the same for NULL, '' and 'NULL': %s", async (format) => {
    const values = [null, "", "NULL", "null", "'NULL'", "∅", "empty"];
    const texts = await Promise.all(
      values.map((after) => {
        const change: RowChange = {
          kind: "update",
          table: 0,
          key: ["1"],
          changes: [{ column: "name", before: "x", after }],
        };
        const changes = (async function* () {
          yield change;
        })();
        return text(renderDiff(format, sampleDiff({ changes })));
      }),
    );
    if (format !== "summary") expect(new Set(texts).size).toBe(values.length);
  });

  it.each(terminal)("only adds escape sequences when coloured: %s", async (format) => {
    const plain = await text(renderDiff(format, sampleDiff()));
    expect((await text(renderDiff(format, sampleDiff({ color: true })))).replace(ESCAPES, "")).toBe(plain);
  });

  it.each([40, 60, 80, 120, 200])("keeps side by side within %i columns", async (width) => {
    const shown = await text(renderDiff("side-by-side", sampleDiff({ width, color: true })));
    for (const line of shown.replace(ESCAPES, "").split("\n").slice(0, -2))
      expect(textWidth(line), line).toBeLessThanOrEqual(width);
  });

  it("has the JSON shape that scripts rely on", async () => {
    const whole = JSON.parse(await text(renderDiff("json", sampleDiff())));
    expect(Object.keys(whole).sort()).toEqual(["complete", "operations", "summary", "tables"]);
    expect(whole.summary).toEqual({
      source: "production:shop",
      target: "staging:shop",
      source_count: 311216,
      target_count: 311215,
      unchanged: 311207,
      to_insert: 4,
      to_update: 5,
      to_delete: 3,
    });
    expect(whole.operations[0]).toEqual({
      op: "update",
      table: "users",
      key: { id: 17 },
      old: { status: "active" },
      new: { status: "inactive" },
    });
    expect(whole.tables[0].name).toBe("users");
    const short = JSON.parse(await text(renderDiff("json", sampleDiff({ summaryOnly: true }))));
    expect(short).toEqual({ summary: whole.summary, tables: whole.tables, complete: true });
    const none = JSON.parse(await text(renderDiff("json", identicalDiff())));
    expect(none.operations).toEqual([]);
  });

  it.each(["detailed", "unified", "side-by-side", "html"] as const)(
    "shows where long values differ: %s",
    async (format) => {
      const long = "x".repeat(5000);
      const changes = (async function* (): AsyncGenerator<RowChange> {
        yield {
          kind: "update",
          table: 0,
          key: ["1"],
          changes: [{ column: "name", before: `${long}OLD${long}`, after: `${long}NEW${long}` }],
        };
      })();
      const shown = await text(renderDiff(format, sampleDiff({ changes, width: 80 })));
      expect(shown).toContain("OLD");
      expect(shown).toContain("NEW");
    },
  );

  it("writes one object a line as ndjson", async () => {
    const lines = (await text(renderDiff("ndjson", sampleDiff())))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).type);
    expect(lines).toEqual(["start", ...Array(9).fill("operation"), "table", "table", "table", "summary"]);
  });

  it("says how many rows are not shown", async () => {
    const result = sampleDiff().result.then((found) => ({
      ...found,
      tables: found.tables.map((one) => ({ ...one, counts: { ...one.counts, inserts: 1234 } })),
    }));
    const changes = (async function* (): AsyncGenerator<RowChange> {
      for (let id = 0; id < 15; id += 1)
        yield {
          kind: "insert",
          table: 0,
          key: [String(id)],
          after: [String(id), "n", null, null, null, null],
          count: 1,
        };
    })();
    const shown = await text(renderDiff("detailed", sampleDiff({ changes, result })));
    expect(shown).toContain("… and 1,224 more");
    expect(shown.match(/\+ id=/g)).toHaveLength(10);
  });

  it("makes a page without anything from outside and without markup from values", async () => {
    const hostile = "</td></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&";
    const changes = (async function* (): AsyncGenerator<RowChange> {
      yield {
        kind: "update",
        table: 0,
        key: [hostile],
        changes: [{ column: "name", before: `${hostile}a`, after: `${hostile}b` }],
      };
    })();
    const page = await text(renderDiff("html", sampleDiff({ changes, source: hostile })));
    expect(page).not.toContain("<img");
    expect(page.match(/<script>/g)).toHaveLength(1);
    expect(page).not.toMatch(/<[a-z][^>]*\s(?:src|href|on[a-z]+)=(?!"#)/);
    expect(page).toContain("prefers-color-scheme");
  });
});

describe("renderPatch", () => {
  for (const format of ["summary", "unified", "side-by-side"] as const) {
    it(`shows a patch as ${format}`, async () => {
      const patch = await openPatch(memorySource(patchBytes()), { createDigest: sha256 });
      await expect(await text(renderPatch(patch, { format, width: 90 }))).toMatchFileSnapshot(
        `__golden__/patch-${format}.txt`,
      );
    });
  }
});
