import { openAsBlob } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RemoteWish } from "@syncline/api/remote";
import { NO_CHECKSUMS } from "@syncline/core";
import { type ApplyResult, type PatchInput, writePatch } from "@syncline/engine";
import { createSha256, localPatchFiles } from "../../files/index.ts";
import type { RemotePlace } from "../../place.ts";
import { connectRemote } from "../../remote/connect-remote.ts";
import type { OperationSetting } from "../contract.ts";

export interface RemoteApplication {
  readonly place: RemotePlace;
  readonly patch: PatchInput;
  readonly wish: RemoteWish;
}

/** Sends a patch to another Syncline server, which applies it: all of it or nothing. */
export async function applyRemotely(
  { context }: OperationSetting,
  { place, patch, wish }: RemoteApplication,
): Promise<ApplyResult> {
  const folder = await mkdtemp(join(tmpdir(), "syncline-remote-"));
  try {
    const path = join(folder, "upload.patch");
    await save(context, patch, path);
    const { signal, warn } = context;
    const remote = await connectRemote(place);
    const result = await remote.apply(wish, await openAsBlob(path), { signal, warn });
    return { ...result, patchId: patch.header.id };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function save(ctx: OperationSetting["context"], patch: PatchInput, path: string): Promise<void> {
  const sink = await localPatchFiles.create(path, { overwrite: false });
  try {
    await writePatch({
      ctx,
      header: patch.header,
      operations: patch.operations(),
      checksums: () => NO_CHECKSUMS,
      sink,
      createDigest: createSha256,
    });
    await sink.commit();
  } catch (error) {
    await sink.discard();
    throw error;
  }
}
