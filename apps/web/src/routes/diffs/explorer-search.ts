import { z } from "zod";

const text = z.string().min(1).max(4096);

/** A condition on one column, as the API takes it. */
const condition = z.object({
  column: text,
  side: z.enum(["old", "new", "either"]).default("either"),
  test: z.enum(["equals", "contains"]).default("equals"),
  value: z.string().max(4096).nullable(),
});

/** Whole numbers and short texts that look like them: addresses are typed by hand too. */
const looseText = z.union([text, z.number().transform(String), z.boolean().transform(String)]);

/** A row by its number in the patch, or by its table and the values of its key. */
const rowAddress = z.union([
  z.number().int().min(0),
  z.tuple([z.string()]).rest(z.union([z.string(), z.number().transform(String)])),
]);

/** What the explorer shows, as its address says it; what is not understood is left out. */
export const explorerSearchSchema = z.object({
  view: z.enum(["rows", "columns", "shape", "ignore", "sql"]).optional().catch(undefined),
  table: looseText.optional().catch(undefined),
  kind: z.enum(["insert", "update", "delete"]).optional().catch(undefined),
  column: looseText.optional().catch(undefined),
  key: looseText.optional().catch(undefined),
  text: looseText.optional().catch(undefined),
  values: z.array(condition).min(1).max(8).optional().catch(undefined),
  row: rowAddress.optional().catch(undefined),
  all: z.boolean().optional().catch(undefined),
  find: looseText.optional().catch(undefined),
  order: z.enum(["most", "name"]).optional().catch(undefined),
});
export type ExplorerSearch = z.output<typeof explorerSearchSchema>;
export type ValueCondition = z.output<typeof condition>;
export type RowAddress = z.output<typeof rowAddress>;
