import { z } from "zod";

const side = z.string().min(1);

export const flowsSchema = z.strictObject({
  default: z
    .enum(["allow", "deny"])
    .default("allow")
    .describe("What holds for targets that no flow names: may anything go there, or nothing?"),
  allow: z
    .array(
      z.strictObject({
        from: side.describe("A server, an environment, `files`, or * for anything."),
        to: side.describe("A server, an environment, or * for anything."),
        masked: z.boolean().default(false).describe("Only with --mask or the masks of a dataset."),
      }),
    )
    .default([])
    .describe("Which source may go to which target. A target that is named here takes nothing else."),
});

export type FlowsDocument = z.output<typeof flowsSchema>;
