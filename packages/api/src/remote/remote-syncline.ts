import type { ApplyResult, LedgerEntry } from "@syncline/engine";
import { createClient } from "../client/create-client.ts";
import type { ClientOptions } from "../client/send-request.ts";
import { PATCH_MEDIA_TYPE } from "../contract/diffs.ts";
import { applyResultOf } from "./apply-result.ts";
import { followRun } from "./follow-run.ts";

/** How a remote server applies; what else there is belongs to people at its own terminal. */
export interface RemoteWish {
  /** Locator as the remote server understands it. */
  readonly target: string;
  readonly strategy: "manual" | "ours" | "theirs";
  readonly dryRun: boolean;
  readonly triggers: "auto" | "on" | "off";
  readonly includeCascades: boolean;
  readonly lockTimeoutMs: number;
  /** What a protected target wants to hear. */
  readonly confirm: string | null;
}

export interface RemoteHooks {
  readonly signal: AbortSignal;
  /** Something people should know while they wait. */
  readonly warn: (message: string) => void;
}

/** Another Syncline server as a place: its rows can be read, patches applied and undone there, its log read. */
export interface RemoteSyncline {
  /**
   * All rows of a place as of one instant, as the bytes of an export file. A body that breaks off has no end record, so
   * that whoever opens the file sees that it is not whole.
   */
  readRows(locator: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  /** Uploads the patch file and has it applied. Interrupting it cancels the run there. */
  apply(wish: RemoteWish, patch: Blob, hooks: RemoteHooks): Promise<ApplyResult>;
  undo(wish: RemoteWish, patchId: string, hooks: RemoteHooks): Promise<ApplyResult>;
  readLog(target: string, limit: number, signal: AbortSignal): Promise<readonly LedgerEntry[]>;
}

/** @throws CodedError from every call, as the server says it; `connection.refused`, `remote.failed`, `interrupted` */
export function openRemote(options: ClientOptions): RemoteSyncline {
  const client = createClient(options);
  return {
    readRows: async (locator, signal) => {
      const response = await client.transfers.readRows({ query: { locator }, signal });
      return response.body ?? new ReadableStream({ start: (controller) => controller.close() });
    },
    apply: async (wish, patch, hooks) => {
      const { signal } = hooks;
      const stored = await client.diffs.uploadPatch({ body: patch, contentType: PATCH_MEDIA_TYPE, signal });
      const body = { ...definition(wish), patch: stored.id };
      const started = await client.transfers.applyPatch({ body, signal: startSignal() });
      return applyResultOf(await followRun(client, started, hooks), { ...wish, patchId: stored.id });
    },
    undo: async (wish, patchId, hooks) => {
      const body = { ...definition(wish), ledgerId: patchId };
      const started = await client.transfers.undo({ body, signal: startSignal() });
      return applyResultOf(await followRun(client, started, hooks), { ...wish, patchId });
    },
    readLog: async (target, limit, signal) =>
      (await client.transfers.readLog({ query: { target, limit }, signal })).items,
  };
}

/** Not the caller's: whoever is interrupted has to know the run that he started, to cancel it. */
const startSignal = () => AbortSignal.timeout(30_000);

function definition({ lockTimeoutMs, confirm, ...wish }: RemoteWish) {
  return {
    ...wish,
    lockTimeout: `${lockTimeoutMs}ms`,
    ...(confirm === null ? {} : { confirm }),
    // Whoever waits tries again, with the error at hand.
    retry: { attempts: 1 },
  };
}
