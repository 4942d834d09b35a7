import { CodedError, type PatchHeader, type PatchOperation } from "@syncline/core";

type Operations = AsyncIterable<readonly PatchOperation[]>;

/** Passes the operations on; a patch of a comparison that was cut short may not delete. */
export async function* completeOperations(header: PatchHeader, operations: Operations): Operations {
  for await (const batch of operations) {
    if (!header.metadata.complete && batch.some((operation) => operation.op === "delete"))
      throw incomplete(header);
    yield batch;
  }
}

function incomplete(header: PatchHeader): CodedError {
  return new CodedError(
    "patch.incomplete",
    `Patch "${header.id}" comes from a comparison that was cut short, so its deletes cannot be trusted.`,
    { hint: "Compare again without limits, or leave the deletes out with --select kind=insert,kind=update." },
  );
}
