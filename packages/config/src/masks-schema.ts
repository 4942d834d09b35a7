import { isCodedError, parseMaskRule } from "@syncline/core";
import { z } from "zod";

const name = z.string().regex(/^[^\0]+$/, "a name without NUL");

const rule = z
  .unknown()
  .superRefine((value, context) => {
    try {
      parseMaskRule(value, "the mask");
    } catch (error) {
      if (!isCodedError(error)) throw error;
      context.addIssue({ code: "custom", message: error.message.replace(/\.$/, "") });
    }
  })
  .describe(
    "hash, keep-format, redact or null; {hash: {length, domain}}, {fake: full-name}, {keep-format: {domain}}, {redact: text} or {fixed: value}.",
  );

/** Masks by table, then by column: `{users: {email: {fake: email}, note: null}}`. */
export const maskTablesSchema = z
  .record(name, z.record(name, rule))
  .describe("What replaces the values of a column on the way, by table and column.");
