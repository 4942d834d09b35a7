import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPatch, type PatchFile } from "@syncline/core";
import { type JobOf, jobSchema } from "@syncline/jobs";
import { openWorkspace } from "@syncline/runtime";
import { createSha256, localPatchFiles } from "@syncline/runtime/files";
import {
  buildDiffPatch,
  comparisonOfJob,
  type OperationSetting,
  openDiff,
} from "@syncline/runtime/operations";

/** Somebody elsewhere whose config names a server under test as `prod`, and a database as `local`. */
export interface RemoteClient {
  setting(parts?: Partial<OperationSetting>): OperationSetting;
  /** A patch of all that differs. */
  patch(source: string, target: string): Promise<PatchFile>;
  remove(): Promise<void>;
}

export async function remoteClient(
  server: { readonly url: string; readonly key: string },
  database: string,
): Promise<RemoteClient> {
  const path = await mkdtemp(join(tmpdir(), "syncline-elsewhere-"));
  const servers = { local: { url: database }, prod: { url: server.url, apiKey: { env: "PROD_KEY" } } };
  await writeFile(join(path, "syncline.yaml"), JSON.stringify({ version: 1, servers }));
  const workspace = await openWorkspace({
    configFile: join(path, "syncline.yaml"),
    server: null,
    environment: { HOME: path, PROD_KEY: server.key },
    folder: path,
    warn: () => {},
  });
  const setting = (parts: Partial<OperationSetting> = {}): OperationSetting => ({
    workspace,
    folder: path,
    context: {
      signal: new AbortController().signal,
      progress: () => {},
      warn: () => {},
      actor: "somebody",
      now: () => new Date(),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    },
    confirmWrite: () => Promise.resolve(),
    applicationId: null,
    fence: null,
    ...parts,
  });
  let patches = 0;
  return {
    setting,
    patch: async (source, target) => {
      patches += 1;
      const file = join(path, `${patches}.patch`);
      const diff = jobSchema.parse({ name: "diff", kind: "diff", source, target }) as JobOf<"diff">;
      const opened = await openDiff(setting(), comparisonOfJob(diff, "all"));
      try {
        await buildDiffPatch(setting(), opened, { path: file, overwrite: false, files: localPatchFiles });
      } finally {
        await opened.close();
      }
      return openPatch(await localPatchFiles.open(file), { createDigest: createSha256 });
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
