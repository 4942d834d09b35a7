import { CodedError } from "@syncline/core";
import { translateError } from "../connection/translate-error.ts";

/** Raised by the guard of a base's transactions. */
export const TAKEN_OVER = "SL001";

export function translateBaseError(error: unknown, schema: string): unknown {
  if (error instanceof CodedError) return error;
  if ((error as { code?: unknown } | null)?.code === TAKEN_OVER) return takenOver(schema);
  return translateError(error, "Writing the base");
}

export function takenOver(schema: string): CodedError {
  return new CodedError("target.locked", `The base "${schema}" was taken over by another worker.`, {
    hint: "Another worker continues this job; nothing is to be done here.",
  });
}
