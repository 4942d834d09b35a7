import { openAsBlob } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RemoteWish } from "@syncline/api/remote";
import { NO_CHECKSUMS, openPatch, type PatchFile, signPatchFile } from "@syncline/core";
import { type ApplyResult, type ByteSink, type PatchInput, writePatch } from "@syncline/engine";
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

/** A whole file goes as it is, so that its hash stays and with it what its signatures are about. */
async function save(ctx: OperationSetting["context"], patch: PatchInput, path: string): Promise<void> {
  const { signatures = [] } = patch;
  const { footer } = patch as Partial<PatchFile>;
  const checksums =
    footer === undefined
      ? NO_CHECKSUMS
      : { hash: patch.header.metadata.hash, tables: footer.checksum.tables };
  const plain = signatures.length === 0 ? path : `${path}.unsigned`;
  await written(plain, async (sink) => {
    const { header } = patch;
    const operations = patch.operations();
    await writePatch({
      ctx,
      header,
      operations,
      checksums: () => checksums,
      sink,
      createDigest: createSha256,
    });
  });
  if (plain === path) return;
  const source = await localPatchFiles.open(plain);
  const unsigned = await openPatch(source, { createDigest: createSha256 });
  const signed = signPatchFile({ source, patch: unsigned, signatures, createDigest: createSha256 });
  await written(path, async (sink) => {
    for await (const bytes of signed) await sink.write(bytes);
  });
}

async function written(path: string, write: (sink: ByteSink) => Promise<void>): Promise<void> {
  const sink = await localPatchFiles.create(path, { overwrite: false });
  try {
    await write(sink);
    await sink.commit();
  } catch (error) {
    await sink.discard();
    throw error;
  }
}
