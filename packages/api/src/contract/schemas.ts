import { ERROR_CODES } from "@syncline/core";
import { z } from "zod";

export const idSchema = z.uuid();
export const timeSchema = z.iso.datetime().describe("UTC, milliseconds.");
export const textSchema = z.string().min(1).max(4096);

/** Query parameters of every list. */
export const pageQuery = z.strictObject({
  after: z.string().max(1024).optional().describe("`next` of the page before."),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().describe("`after` of the next page; null on the last one."),
  });
}

export const byId = z.strictObject({ id: idSchema });

/** An error as it is stored with runs and units. */
export const storedErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
  retryable: z.boolean(),
});

/** RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string().describe("`urn:syncline:error:` and the code."),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(ERROR_CODES),
    detail: z.string(),
    hint: z.string().optional(),
    retryable: z.boolean(),
    requestId: z.string(),
    issues: z
      .array(z.object({ path: z.string(), problem: z.string() }))
      .optional()
      .describe("What is wrong where, for `request.invalid`."),
  })
  .meta({ id: "Problem" });
export type Problem = z.output<typeof problemSchema>;

export const PROBLEM_TYPE = "application/problem+json";
