import { createHash } from "node:crypto";
import { formatUuid } from "../apply/application-id.ts";

/** Names one operation of a batch that is not atomic, alike however often the batch is asked for. */
export function operationId(batchId: string, index: number): string {
  return formatUuid(createHash("sha256").update(`${batchId} ${index}`).digest());
}
