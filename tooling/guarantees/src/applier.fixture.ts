import { randomBytes } from "node:crypto";
import { isCodedError, type PatchOperation } from "@syncline/core";
import {
  type ApplyOptions,
  type ApplyResult,
  applyPatch,
  type PatchInput,
  type RunContext,
} from "@syncline/engine";
import { openConnection, openPatchTarget, type PgScope, readTableSpecs } from "@syncline/pg-adapter";
import type { Fingerprints } from "./account-patch.ts";
import { APPLIER } from "./accounts.ts";

export interface Application {
  /** The result, or the code of the error. */
  readonly said: ApplyResult | { readonly errorCode: string; readonly message: string };
  /** Operations reported as conflicts. */
  readonly reported: readonly PatchOperation[];
}

const OPTIONS: ApplyOptions = {
  strategy: "manual",
  dryRun: false,
  force: null,
  triggers: "auto",
  includeCascades: false,
  allowDdl: false,
  lockTimeoutMs: 10_000,
  fence: null,
};

/** Applies a patch in this process, with a session of its own to `url`. */
export async function applyInProcess(
  url: string,
  patch: PatchInput,
  options: Partial<ApplyOptions> = {},
): Promise<Application> {
  const reported: PatchOperation[] = [];
  const target = await openPatchTarget({
    scope: scopeOf(url),
    label: "model:target",
    tables: { kind: "all" },
  });
  try {
    const said = await applyPatch({
      target,
      patch,
      options: { ...OPTIONS, ...options },
      ctx: context(),
      onConflict: ({ operation }) => void reported.push(operation),
    });
    return { said, reported };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return { said: { errorCode: error.code, message: error.message }, reported };
  } finally {
    await target.close();
  }
}

export async function readFingerprints(url: string): Promise<Fingerprints> {
  const client = await openConnection(scopeOf(url).connection);
  try {
    const specs = await readTableSpecs(client, {
      schema: "public",
      tenantColumn: null,
      selection: { kind: "all" },
    });
    return new Map(specs.map((spec) => [spec.name.name, spec.fingerprint]));
  } finally {
    await client.end();
  }
}

function scopeOf(url: string): PgScope {
  const { hostname, port, pathname, username } = new URL(url);
  return {
    schema: "public",
    tenantColumn: null,
    connection: {
      host: hostname,
      port: Number(port || 5432),
      database: decodeURIComponent(pathname.slice(1)),
      user: username,
      sslMode: "disable",
      connectTimeoutMs: 10_000,
      applicationName: APPLIER,
    },
  };
}

function context(): RunContext {
  return {
    signal: new AbortController().signal,
    progress: () => {},
    warn: () => {},
    actor: "guarantee",
    now: () => new Date(),
    randomBytes: (length) => Uint8Array.from(randomBytes(length)),
  };
}
