import { describe, expect, it } from "vitest";
import { diffJson, type JsonChange } from "./json-diff.ts";

/** The changes alone, as `path: old → new`. */
function lines(change: JsonChange | null, path = "$"): readonly string[] {
  if (change === null) return ["unreadable"];
  if (change.kind === "same") return [];
  if (change.kind === "replaced") return [`${path}: ${change.old} → ${change.new}`];
  return change.members.flatMap(({ name, state, change: inner, text }) => {
    const here = `${path}.${name}`;
    if (state === "changed") return lines(inner, here);
    return state === "same" ? [] : [`${here}: ${state} ${text}`];
  });
}
const diff = (old: string, next: string) => lines(diffJson(old, next));

describe("what became of JSON", () => {
  it("finds the places", () => {
    expect(diff('{"a": 1, "b": {"c": true}, "d": null}', '{"b": {"c": false}, "a": 1, "e": "x"}')).toEqual([
      "$.b.c: true → false",
      "$.d: removed null",
      '$.e: added "x"',
    ]);
  });

  it("keeps digits", () => {
    expect(diff("9007199254740993", "9007199254740992")).toEqual(["$: 9007199254740993 → 9007199254740992"]);
    expect(diff('{"price": 1.10}', '{"price": 1.1}')).toEqual(["$.price: 1.10 → 1.1"]);
  });

  it("does not mind blanks", () => expect(diff('{"a":[1,2]}', '{ "a": [1, 2] }')).toEqual([]));

  it("sees items that come and go", () => {
    expect(diff("[1, 2, 3]", "[1, 3]")).toEqual(["$.1: removed 2"]);
    expect(diff("[1, 3]", "[1, 2, 3]")).toEqual(["$.1: added 2"]);
    expect(diff('[{"id": 1, "n": "a"}, 2]', '[{"id": 1, "n": "b"}, 2]')).toEqual(['$.0.n: "a" → "b"']);
    expect(diff("[1]", "[2, 3]")).toEqual(["$.0: 1 → 2", "$.1: added 3"]);
  });

  it("shows another kind of value as replaced", () =>
    expect(diff('{"a": [1]}', '{"a": {"b": 1}}')).toEqual(['$.a: [1] → {"b": 1}']));

  it("leaves what is no JSON, or too long, to be compared as text", () => {
    expect(diffJson("{", "{}")).toBeNull();
    expect(diffJson(`"${"x".repeat(400_000)}"`, '""')).toBeNull();
  });

  it("takes keys as they are", () =>
    expect(diff('{"__proto__": 1}', '{"__proto__": 2}')).toEqual(["$.__proto__: 1 → 2"]));
});
