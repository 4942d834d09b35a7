import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPatch } from "@syncline/core";
import { type JobInput, type JobOf, jobSchema } from "@syncline/jobs";
import { createSha256, localPatchFiles } from "../../files/index.ts";
import { openWorkspace } from "../../workspace.ts";
import type { OperationSetting } from "../contract.ts";
import { comparisonOfJob } from "../diff/comparison-job.ts";
import { buildDiffPatch } from "../diff/diff-patch.ts";
import { openDiff } from "../diff/open-diff.ts";

/** A folder with a config, and settings as a worker makes them. */
export interface OperationFolder {
  readonly path: string;
  setting(parts?: Partial<OperationSetting>): OperationSetting;
  /** A patch of all that differs. */
  patch(source: string, target: string): Promise<Awaited<ReturnType<typeof openPatch>>>;
  remove(): Promise<void>;
}

interface ServerEntry {
  readonly url: string;
  readonly protection?: string;
}

export async function operationFolder(
  servers: Readonly<Record<string, ServerEntry>>,
): Promise<OperationFolder> {
  const path = await mkdtemp(join(tmpdir(), "syncline-operations-"));
  const entries = Object.entries(servers).map(([name, server]) => [
    name,
    { ...server, url: server.url, tenancy: { kind: "schema" } },
  ]);
  await writeFile(
    join(path, "syncline.yaml"),
    JSON.stringify({ version: 1, servers: Object.fromEntries(entries) }),
  );
  const workspace = await openWorkspace({
    configFile: join(path, "syncline.yaml"),
    server: null,
    environment: { HOME: path },
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
      actor: "worker",
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
    path,
    setting,
    patch: async (source, target) => {
      const own = setting();
      const opened = await openDiff(own, comparisonOfJob(job({ kind: "diff", source, target }), "all"));
      patches += 1;
      const file = join(path, `${patches}.patch`);
      try {
        await buildDiffPatch(own, opened, { path: file, overwrite: false, files: localPatchFiles });
      } finally {
        await opened.close();
      }
      return openPatch(await localPatchFiles.open(file), { createDigest: createSha256 });
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

type Unnamed<Job> = Job extends unknown ? Omit<Job, "name"> : never;

/** A job with what its schema fills in. */
export function job<const Kind extends JobInput["kind"]>(
  definition: Extract<Unnamed<JobInput>, { kind: Kind }> & { readonly kind: Kind },
): JobOf<Kind> {
  return jobSchema.parse({ name: "test", ...definition }) as JobOf<Kind>;
}
