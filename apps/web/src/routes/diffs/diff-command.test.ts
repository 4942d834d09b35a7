import { expect, it } from "vitest";
import { diffCommand } from "./diff-command.ts";

it("is short where nothing was chosen", () => {
  expect(diffCommand({ source: "staging:public:*", target: "prod:public:users" })).toBe(
    "syncline diff 'staging:public:*' prod:public:users",
  );
});

it("says everything that was chosen, quoted for a shell", () => {
  const command = diffCommand(
    {
      source: "a:b:*",
      target: "c:d:*",
      schema: ["orders*"],
      filter: { where: { name: "O'Hara" } },
      fields: ["a", "b"],
      mask: "people",
      ignoreFields: ["updated_at"],
      ignoreTimestamps: true,
      ignoreSystemFields: true,
      tolerance: { "orders.total": "0.01" },
      key: { notes: ["id", "lang"] },
      mapTable: { a: "b" },
      mapColumn: { "a.x": "y" },
      maxDifferences: 100,
      maxPercent: 2.5,
      timeout: "5m",
      parallel: 4,
    },
    ["--format", "detailed"],
  );
  expect(command).toBe(
    "syncline diff 'a:b:*' 'c:d:*' --schema 'orders*' --filter '{\"where\":{\"name\":\"O'\\''Hara\"}}' --fields a,b" +
      " --mask people --ignore-fields updated_at --ignore-timestamps --ignore-system-fields" +
      " --tolerance orders.total=0.01 --key notes=id,lang --map-table a=b --map-column a.x=y" +
      " --max-differences 100 --max-percent 2.5 --max-time 5m --parallel 4 --format detailed",
  );
});
