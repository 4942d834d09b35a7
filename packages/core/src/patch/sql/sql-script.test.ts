import { expect, it } from "vitest";
import { sqlScript } from "./sql-script.ts";

it("statements of wide rows come one by one, not as one text", async () => {
  const value = "x".repeat(100_000);
  const texts: string[] = [];
  const table = {
    name: "t",
    columns: [
      ["k", "integer"],
      ["v", "text"],
    ] as const,
    key: ["k"],
    fingerprint: "",
  };
  const script = sqlScript({
    about: [],
    tables: [table],
    async *operations(op) {
      if (op !== "insert") return;
      yield ["1", "2", "3"].map(
        (k) =>
          ({
            op: "insert",
            table: "t",
            key: new Map([["k", k]]),
            new: new Map([
              ["k", k],
              ["v", value],
            ]),
            count: 1,
          }) as const,
      );
    },
  });
  for await (const text of script) texts.push(text);
  expect(texts.filter((text) => text.includes(value))).toHaveLength(3);
});
