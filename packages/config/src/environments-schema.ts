import { SIGNER_PATTERN } from "@syncline/core";
import { durationSchema } from "@syncline/jobs";
import { z } from "zod";

const MOST = 20;

const signer = z
  .string()
  .regex(SIGNER_PATTERN, "a public key: ed25519: and the base64 of its 32 bytes")
  .describe("ed25519: and the base64 of 32 bytes, as `syncline patch keys` prints it.");

const signatures = z
  .strictObject({
    required: z
      .int()
      .min(1)
      .max(MOST)
      .default(1)
      .describe("How many of the signers must have signed a patch before it is applied."),
    signers: z
      .array(signer)
      .min(1)
      .max(1000)
      .describe("Public keys whose signatures count; a key counts once."),
  })
  .refine(
    ({ required, signers }) => new Set(signers).size >= required,
    "fewer signers than required: no patch could ever be applied",
  )
  .refine(({ signers }) => new Set(signers).size === signers.length, "the same signer stands there twice");

/** What holds for every server of one environment. */
export const environmentSchema = z.strictObject({
  approvals: z
    .int()
    .min(0)
    .max(MOST)
    .default(0)
    .describe("Approvals by others than the author that a write takes; 0: none."),
  approvalsExpireAfter: durationSchema.default("7d").describe("How long a review and its approvals hold."),
  signatures: signatures.optional().describe("Patches are applied only with signatures."),
  frozen: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe("Why nothing is written there now; leave it out to end the freeze."),
});
