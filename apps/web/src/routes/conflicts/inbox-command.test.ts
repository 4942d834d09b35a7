import { expect, it, vi } from "vitest";
import { listCommand, resolveCommand } from "./inbox-command.ts";

vi.stubGlobal("location", { origin: "https://syncline.example" });

it("names the filter and the rule as the command line takes them, quoted for a shell", () => {
  expect(listCommand({})).toBe("syncline conflicts list --url https://syncline.example");
  expect(listCommand({ jobName: "merge visits", state: "resolved", table: "a's", key: "4 2" })).toBe(
    "syncline conflicts list --url https://syncline.example --state resolved --job 'merge visits' --table 'a'\\''s' --key '4 2'",
  );
  expect(resolveCommand({ column: "name" }, { kind: "cells", cells: { name: "theirs", mail: "ours" } })).toBe(
    "syncline conflicts resolve --url https://syncline.example --column name --take name=theirs --take mail=ours",
  );
  expect(resolveCommand({}, { kind: "newest", column: "updated_at" })).toContain("--newest updated_at");
  expect(resolveCommand({}, { kind: "side", side: "base" })).toContain("--with base");
});
