import { randomUUID } from "node:crypto";
import { type PatchRecord, removePatch } from "@syncline/control-plane";
import { openPatch } from "@syncline/core";
import { createSha256, localPatchFiles } from "@syncline/runtime/files";
import type { Asked } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { recordStored } from "./record-stored.ts";
import { keptPatch } from "./result-of.ts";

interface Upload extends Pick<Asked<unknown>, "cp" | "call" | "signal"> {
  /** Where the body lies. */
  readonly path: string;
}

/** Reads a patch file to its end, keeps it with an index, and records it. @throws CodedError `file.damaged`, `file.unsupported` */
export async function storePatch(parts: ServiceParts, upload: Upload): Promise<PatchRecord> {
  const { cp, call, signal, path } = upload;
  const { open } = await localPatchFiles.open(path);
  const file = await openPatch({ name: "the uploaded patch", open }, { createDigest: createSha256 });
  const stored = await parts.results.writeResult({
    signal,
    name: `upload.${randomUUID()}`,
    header: file.header,
    operations: file.operations(),
    signatures: file.signatures,
    end: async () => ({
      complete: file.header.metadata.complete,
      checksums: { hash: file.header.metadata.hash, tables: file.footer.checksum.tables },
    }),
  });
  const { source, target } = stored.header;
  return recordStored(parts, {
    cp,
    call,
    stored,
    origin: "upload",
    source: source.locator,
    target: target.locator,
  });
}

/** Removes its files; the record stays. */
export async function discardPatch(
  parts: ServiceParts,
  { cp, call, patchId }: Pick<Asked<unknown>, "cp" | "call"> & { readonly patchId: string },
): Promise<void> {
  const patch = await keptPatch({ cp, call }, patchId);
  await parts.results.removeResult(patch);
  await removePatch(cp, call, { patchId });
}
