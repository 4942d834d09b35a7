import { FIELD_POLICIES, TABLE_POLICIES } from "@syncline/core";
import { z } from "zod";

const name = z.string().regex(/^[^\0]+$/, "a name without NUL");

const place = z.strictObject({
  table: name.describe("The root table, or one that foreign keys connect with it."),
  column: name,
  match: z
    .enum(["contains", "equals"])
    .optional()
    .describe("Default: contains for a filter called email, equals for others. contains ignores case."),
  through: z
    .array(name)
    .default([])
    .describe("Tables or constraints on the way from the root, when there are several ways."),
});

export const datasetSchema = z.strictObject({
  root: name.describe("The table whose rows are chosen, such as users."),
  tables: z
    .array(name)
    .optional()
    .describe("The other tables of the dataset. Default: all that foreign keys reach from the root."),
  policies: z
    .record(
      name,
      z.union([
        z.enum(TABLE_POLICIES).describe("regenerate: rows are not moved. insert-only: never changed."),
        z
          .record(name, z.enum(FIELD_POLICIES))
          .describe("By column: whose value holds when both sides differ."),
      ]),
    )
    .default({})
    .describe("By table: regenerate, insert-only, or a policy for each column."),
  filters: z
    .record(name, z.union([place, z.array(place).min(1)]))
    .default({})
    .describe("Named parameters that choose roots: --email, --group, --select name=value."),
  masks: name.optional().describe("The masks that exports of this dataset take without --mask."),
});
