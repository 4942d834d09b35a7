import { expect, it } from "vitest";
import { createProgram } from "../program.ts";
import { COMMAND_ROW_EFFECTS, leafCommands, OPTION_ROW_EFFECTS } from "./row-effects.ts";

const program = createProgram({ act: () => () => Promise.resolve(), out: () => {}, err: () => {} });

it("every command says what it may do to rows, and no other does", () => {
  const names = leafCommands(program).map(([name]) => name);
  expect(Object.keys(COMMAND_ROW_EFFECTS).toSorted()).toEqual(names.toSorted());
});

it("every option of a destructive command says what it changes about that, and no other does", () => {
  const destructive = leafCommands(program).filter(([name]) => COMMAND_ROW_EFFECTS[name] === "destroys");
  const options = destructive.flatMap(([, command]) => command.options.map(({ long }) => long ?? ""));
  expect(Object.keys(OPTION_ROW_EFFECTS).toSorted()).toEqual([...new Set(options)].toSorted());
});
