import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { canonical, contentHashOf, decidedConflicts, getPatch } from "@syncline/control-plane";
import { type JobDefinition, type JobOf, jobSchema } from "@syncline/jobs";
import { DumpFolder, projectDumps } from "../operations/index.ts";
import { resolvePlace, resolveRemote } from "../place.ts";
import type { ReviewedRun } from "./review-tools.ts";

/** Whose decided conflicts are carried out; null: those of nobody. */
export type DecidedFor = { readonly jobId: string | null; readonly runId: string } | null;

export interface RunContent {
  readonly contentHash: string;
  readonly patchHash: string | null;
  readonly materials: readonly string[];
}

/** As reviews and the gate compare it: with the defaults that an older release may not have written. */
export function normalDefinition(definition: JobDefinition): JobDefinition {
  const { success, data } = jobSchema.safeParse(JSON.parse(JSON.stringify(definition)));
  return success ? data : definition;
}

/** What a run would write, as far as it can be said before. @throws CodedError `resource.not_found`, `file.not_found` */
export async function contentOf(run: ReviewedRun, decidedFor: DecidedFor): Promise<RunContent> {
  const { tools, scope } = run;
  const definition = normalDefinition(run.definition);
  const patch =
    definition.kind === "apply"
      ? await getPatch(tools.controlPlane, scope, { patchId: definition.patch })
      : null;
  const materials = [
    ...(decidedFor === null ? [] : await decisionsOf(run, decidedFor)),
    ...(definition.kind === "import" ? await filesOf(run, definition) : []),
    ...(await sourcesOf(run, definition)),
  ];
  const patchHash = patch?.hash ?? null;
  return { contentHash: contentHashOf({ definition, patchHash, materials }), patchHash, materials };
}

/** Where rows come from: the same name may lead elsewhere by the time of the write. */
async function sourcesOf({ workspace, signal }: ReviewedRun, definition: JobDefinition): Promise<string[]> {
  const sources: string[] = [];
  for (const text of [
    "source" in definition ? definition.source : undefined,
    "base" in definition ? definition.base : undefined,
  ]) {
    if (text === undefined) continue;
    const address = await addressOf(text).catch(() => null);
    if (address !== null) sources.push(`source:${sha256(canonical(address))}`);
  }
  return sources;

  /** @throws CodedError for files, which have no address, and for what the run itself will not find */
  async function addressOf(text: string): Promise<readonly unknown[]> {
    const remote = await resolveRemote(workspace, text, signal);
    if (remote !== null) return [remote.server.url, remote.locator];
    const { connection, schema, tenantColumn } = (await resolvePlace(workspace, text, signal)).scope;
    const { host, port, database } = connection;
    return [host, port, database, schema, tenantColumn?.name ?? null, tenantColumn?.value ?? null];
  }
}

/** What people decided of rows is written with the next run, and no patch or definition says it. */
async function decisionsOf({ tools, scope }: ReviewedRun, owner: NonNullable<DecidedFor>): Promise<string[]> {
  const decided = await decidedConflicts(tools.controlPlane, {
    organizationId: scope.organizationId,
    ...owner,
  });
  if (decided.length === 0) return [];
  const texts = decided.map(({ table, keyText, seen, resolution }) =>
    canonical([table, keyText, seen, plain(resolution)]),
  );
  return [`conflicts:${sha256(texts.sort().join("\n"))}`];
}

/** Maps have no form in JSON. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(([name, each]) => [name, plain(each)]);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

async function filesOf({ tools, scope }: ReviewedRun, job: JobOf<"import">): Promise<string[]> {
  const folder = await DumpFolder.open({
    path: projectDumps(tools.dumpFolder, scope, tools.controlPlane.defaultScope),
    limits: { maxAgeMs: 0, maxBytes: 0, minFreeBytes: 0 },
    now: () => new Date(),
  });
  const digests: string[] = [];
  for (const name of [job.file, job.allow]) {
    if (name === undefined) continue;
    const dump = await folder.read(name);
    try {
      digests.push(`file:${await digestOf(dump.place.path)}`);
    } finally {
      await dump.close();
    }
  }
  return digests;
}

/** Of a file, or of a folder's files with their names. */
async function digestOf(path: string): Promise<string> {
  const digest = createHash("sha256");
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => null);
  if (entries === null) {
    for await (const bytes of createReadStream(path)) digest.update(bytes as Buffer);
    return digest.digest("hex");
  }
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    digest.update(`${file.slice(path.length)}\0${await digestOf(file)}\n`);
  }
  return digest.digest("hex");
}
