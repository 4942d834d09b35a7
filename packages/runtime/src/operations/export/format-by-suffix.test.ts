import { expect, it } from "vitest";
import { formatBySuffix } from "./format-by-suffix.ts";

it.each([
  ["accounts.yaml", "yaml"],
  ["accounts.YML", "yaml"],
  ["dump.sql.zst.age", "sql"],
  ["./out.json.gz", "json"],
  ["users.csv", "csv"],
  ["rows.jsonl", "ndjson"],
  ["v1.2/accounts", "ndjson"],
  ["accounts.constructor", "ndjson"],
])("%s is written as %s", (path, format) => {
  expect(formatBySuffix(path)).toBe(format);
});
