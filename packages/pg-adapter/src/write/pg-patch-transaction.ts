import { CodedError, type PatchOperation } from "@syncline/core";
import type {
  ApplicationRequest,
  ApplyConflict,
  InverseEvidence,
  OperationOutcome,
  PatchTransaction,
  WriteReport,
} from "@syncline/engine";
import type { PgScope } from "../scope.ts";
import type { ApplySession } from "./apply-session.ts";
import { applicationLock, isUncertain } from "./commit-outcome.ts";
import { streamConflicts } from "./conflicts.ts";
import type { ForeignKey } from "./foreign-keys.ts";
import { readBackInverse, type WrittenInverse } from "./ledger-write.ts";
import { streamOutcomes } from "./outcomes.ts";
import type { SessionSettings } from "./session-settings.ts";
import { OperationStager } from "./stage-operations.ts";
import type { StagedTable } from "./staged-table.ts";
import { writePatch } from "./write-patch.ts";

export interface OpenedTransaction {
  readonly session: ApplySession;
  readonly scope: PgScope;
  readonly label: string;
  readonly request: ApplicationRequest;
  readonly settings: SessionSettings;
  readonly tables: StagedTable[];
  /** Foreign keys made deferrable in this transaction, to be altered back before its end. */
  readonly altered: ForeignKey[];
  /** False in a dry run against a target that never saw a patch. */
  readonly ledger: boolean;
}

/** One attempt. The transaction is open and pinned, the tables are locked, checked and have their temp tables. */
export class PgPatchTransaction implements PatchTransaction {
  readonly #opened: OpenedTransaction;
  readonly #release: (session: ApplySession) => Promise<void>;
  readonly #stopWatching: () => void;
  #open = true;
  #inverse: WrittenInverse | null = null;

  constructor(opened: OpenedTransaction, release: (session: ApplySession) => Promise<void>) {
    this.#opened = opened;
    this.#release = release;
    this.#stopWatching = opened.session.stopOn(opened.request.signal, applicationLock(opened.request.id));
  }

  async stage(operations: AsyncIterable<readonly PatchOperation[]>): Promise<void> {
    await this.#guarded(async ({ session, tables, request }) => {
      const stager = new OperationStager(session.client, tables);
      try {
        for await (const batch of operations) {
          request.signal.throwIfAborted();
          await stager.add(batch);
        }
        await stager.finish();
      } catch (error) {
        if (stager.copying) session.destroy(); // a session in the middle of a COPY cannot be used again
        throw error;
      }
    });
  }

  async write(): Promise<WriteReport> {
    const { report, inverse } = await this.#guarded((opened) => writePatch(opened));
    this.#inverse = inverse;
    return report;
  }

  readInverse(): Promise<InverseEvidence> {
    return this.#guarded(async ({ session, settings, request }) => {
      const inverse = this.#inverse;
      if (inverse === null) throw new CodedError("internal", "An inverse is read back that was not written.");
      await settings.usePins();
      return readBackInverse(session.client, request.id, inverse);
    });
  }

  async *conflicts(): AsyncIterable<ApplyConflict> {
    const { session, settings, tables } = this.#opened;
    try {
      await settings.usePins();
      yield* streamConflicts(session.client, tables);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  async *outcomes(): AsyncIterable<readonly OperationOutcome[]> {
    try {
      yield* streamOutcomes(this.#opened.session.client, this.#opened.tables);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  async commit(): Promise<void> {
    const { session, label } = this.#opened;
    try {
      await session.client.query("COMMIT");
      this.#open = false;
    } catch (error) {
      if (!isUncertain(error)) throw this.#translate(error);
      session.destroy();
      throw new CodedError("patch.outcome_unknown", `The connection to "${label}" was lost during COMMIT.`, {
        cause: error,
      });
    }
  }

  async rollback(): Promise<void> {
    const { session } = this.#opened;
    if (this.#open && !session.lost) await session.client.query("ROLLBACK").catch(() => session.destroy());
    this.#open = false;
    this.#stopWatching();
    await this.#release(session);
  }

  async #guarded<T>(work: (opened: OpenedTransaction) => Promise<T>): Promise<T> {
    try {
      this.#opened.request.signal.throwIfAborted();
      return await work(this.#opened);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  #translate(error: unknown): unknown {
    const { session, request, label } = this.#opened;
    if (request.signal.aborted) {
      return new CodedError("interrupted", `Applying to "${label}" was interrupted; nothing was written.`, {
        cause: error,
      });
    }
    return session.translate(error);
  }
}
