import { describe, expect, it } from "vitest";
import { type Draft, EMPTY_DRAFT, type Pick, stateOf, withPick } from "./conflict-draft.ts";
import { modelOf } from "./conflict-model.ts";
import type { WholeConflict } from "./conflicts-query.ts";

type Row = Readonly<Record<string, string | null>> | null;

const model = (kind: string, rows: { base: Row; ours: Row; theirs: Row }, columns: string[] = []) =>
  modelOf({
    id: "c",
    kind,
    columns,
    choices: [
      { choice: "ours", refused: null },
      { choice: "theirs", refused: null },
      { choice: "base", refused: "The base stays." },
    ],
    decisions: [],
    document: {
      table: "public.users",
      key: { id: "1" },
      ...rows,
      columnTypes: [
        ["id", "integer"],
        ["name", "text"],
        ["mail", "text"],
      ],
      versions: "v",
    },
  } as unknown as WholeConflict);

const both = model(
  "update-update",
  {
    base: { id: "1", name: "Ada", mail: "a" },
    ours: { id: "1", name: "Abe", mail: "a" },
    theirs: { id: "1", name: "Ann", mail: "n" },
  },
  ["name"],
);
const gone = model("update-delete", {
  base: { id: "1", name: "Ada", mail: "a" },
  ours: null,
  theirs: { id: "1", name: "Ann", mail: "a" },
});
const deleted = model("delete-update", {
  base: { id: "1", name: "Ada", mail: "a" },
  ours: { id: "1", name: "Abe", mail: "a" },
  theirs: null,
});

const cells = (picks: Readonly<Record<string, Pick>>): Draft => ({
  kind: "cells",
  picks: new Map(Object.entries(picks)),
});
const shown = (draft: Draft, of = both) => {
  const state = stateOf(of, draft);
  if (state.kind !== "ready") return state;
  return [state.body, state.result === null ? null : Object.fromEntries(state.result)];
};

describe("both changed a column", () => {
  it("waits for what is not chosen, then takes along what merges by itself", () => {
    expect(shown(EMPTY_DRAFT)).toEqual({ kind: "open", columns: ["name"] });
    expect(shown(cells({ name: { from: "theirs" } }))).toEqual([
      { choice: "theirs" },
      { id: "1", name: "Ann", mail: "n" },
    ]);
    expect(shown({ kind: "side", side: "ours" })).toEqual([
      { choice: "ours" },
      { id: "1", name: "Abe", mail: "n" },
    ]);
  });

  it("takes what is typed, NULL and the empty text too, in columns that nobody contests as well", () => {
    expect(shown(cells({ name: { typed: null } }))).toEqual([
      { choice: "row", row: { name: null } },
      { id: "1", name: null, mail: "n" },
    ]);
    expect(shown(cells({ name: { from: "ours" }, mail: { typed: "" } }))).toEqual([
      { choice: "row", row: { name: "Abe", mail: "" } },
      { id: "1", name: "Abe", mail: "" },
    ]);
  });

  it("says why a side cannot be chosen", () => {
    expect(shown({ kind: "side", side: "base" })).toEqual({ kind: "impossible", reason: "The base stays." });
  });

  it("keeps a side that was chosen for the other columns", () => {
    const draft = withPick(both, { kind: "side", side: "theirs" }, "mail", { typed: "x" });
    expect(shown(draft)).toEqual([
      { choice: "row", row: { name: "Ann", mail: "x" } },
      { id: "1", name: "Ann", mail: "x" },
    ]);
  });

  it("can end with no row", () => {
    expect(shown({ kind: "no-row" })).toEqual([{ choice: "row", row: null }, null]);
  });
});

describe("one side has no row", () => {
  it("stays deleted, comes back as theirs, or comes back as it is typed", () => {
    expect(shown(EMPTY_DRAFT, gone)).toMatchObject({ kind: "open" });
    expect(shown({ kind: "no-row" }, gone)).toEqual([{ choice: "ours" }, null]);
    expect(shown({ kind: "side", side: "theirs" }, gone)).toEqual([
      { choice: "theirs" },
      { id: "1", name: "Ann", mail: "a" },
    ]);
    expect(shown(cells({ name: { typed: "Eve" } }), gone)).toEqual([
      { choice: "row", row: { id: "1", name: "Eve", mail: "a" } },
      { id: "1", name: "Eve", mail: "a" },
    ]);
  });

  it("is taken whole at the first choice, and changed by the next ones", () => {
    const theirs = withPick(gone, EMPTY_DRAFT, "mail", { from: "theirs" });
    expect(theirs).toEqual({ kind: "side", side: "theirs" });
    expect(shown(withPick(gone, theirs, "name", { from: "base" }), gone)).toEqual([
      { choice: "row", row: { id: "1", name: "Ada", mail: "a" } },
      { id: "1", name: "Ada", mail: "a" },
    ]);
  });

  it("is deleted, or stays", () => {
    expect(shown({ kind: "side", side: "theirs" }, deleted)).toEqual([{ choice: "theirs" }, null]);
    expect(shown({ kind: "side", side: "ours" }, deleted)).toEqual([
      { choice: "ours" },
      { id: "1", name: "Abe", mail: "a" },
    ]);
    expect(shown({ kind: "no-row" }, deleted)).toEqual([{ choice: "row", row: null }, null]);
  });
});

it("both inserted it: only what differs is to be decided", () => {
  const inserted = model("insert-insert", {
    base: null,
    ours: { id: "1", name: "Abe", mail: "a" },
    theirs: { id: "1", name: "Ann", mail: "a" },
  });
  expect(inserted.open).toEqual(["name"]);
  expect(shown(cells({ name: { from: "theirs" } }), inserted)).toEqual([
    { choice: "row", row: { name: "Ann" } },
    { id: "1", name: "Ann", mail: "a" },
  ]);
});

it("rows that count alone are decided as a whole", () => {
  const counted = model("count-changed", { base: { name: "a" }, ours: null, theirs: null });
  expect(shown(EMPTY_DRAFT, counted)).toEqual({ kind: "open", columns: [] });
  expect(shown({ kind: "side", side: "ours" }, counted)).toEqual([{ choice: "ours" }, null]);
});
