import type { TableSelection } from "@syncline/core";
import type {
  ApplicationRequest,
  InversePatch,
  LedgerEntry,
  PatchTarget,
  PatchTransaction,
} from "@syncline/engine";
import type { PgScope } from "../scope.ts";
import { ApplySession } from "./apply-session.ts";
import { beginApplication } from "./begin-application.ts";
import { applicationLock, lookUpCommit } from "./commit-outcome.ts";
import { ledgerExists } from "./create-ledger.ts";
import { assertInverseKept } from "./inverse-digest.ts";
import { findEntry, findInverse, notFound, readEntries, readInverse } from "./ledger-read.ts";
import { nameHolders } from "./lock-holders.ts";
import { PgPatchTransaction } from "./pg-patch-transaction.ts";
import { targetNames } from "./resolve-tables.ts";

export interface PatchTargetInput {
  readonly scope: PgScope;
  readonly tables: TableSelection;
  /** Printed locator, without secrets. */
  readonly label: string;
  /** Ends what reads the ledger; an application has its request's own. */
  readonly signal?: AbortSignal;
}

/** Connects, so that a target that cannot be reached fails here. Always `close()`. */
export async function openPatchTarget(input: PatchTargetInput): Promise<PatchTarget> {
  const target = new PgPatchTarget(input);
  await target.connect();
  return target;
}

class PgPatchTarget implements PatchTarget {
  readonly #input: PatchTargetInput;
  readonly #idle: ApplySession[] = [];

  constructor(input: PatchTargetInput) {
    this.#input = input;
  }

  get label(): string {
    return this.#input.label;
  }

  async connect(): Promise<void> {
    await this.#release(await this.#take());
  }

  async begin(request: ApplicationRequest): Promise<PatchTransaction> {
    const session = await this.#take();
    const stopWatching = session.stopOn(request.signal, applicationLock(request.id));
    try {
      const opened = await beginApplication({ ...this.#input, session, request });
      return new PgPatchTransaction(opened, (each) => this.#release(each));
    } catch (error) {
      const translated = session.translate(error);
      if (!session.lost) await session.client.query("ROLLBACK").catch(() => session.destroy());
      const named = await nameHolders(session, translated, this.label, this.#tableNames(request));
      await this.#release(session);
      throw named;
    } finally {
      stopWatching(); // the transaction watches from here on
    }
  }

  #tableNames({ header, undoes }: ApplicationRequest): string[] {
    const { scope, tables } = this.#input;
    try {
      const wanted = { tables: header.tables, scope, selection: tables, undo: undoes !== null };
      return targetNames(wanted).map((name) => `${name.schema}.${name.name}`);
    } catch {
      return []; // the first error is the one to tell
    }
  }

  /** Goes on after an interruption: whoever interrupted wants to know, too. */
  async wasCommitted(request: ApplicationRequest): Promise<boolean> {
    const session = await this.#take();
    try {
      return await lookUpCommit(session, request.id, this.label);
    } catch (error) {
      throw session.translate(error);
    } finally {
      await this.#release(session);
    }
  }

  async findApplication(id: string): Promise<LedgerEntry | null> {
    return this.#withSession(async (session) => {
      if (!(await ledgerExists(session.client))) return null;
      if (!(await lookUpCommit(session, id, this.label))) return null;
      return findEntry(session.client, id);
    });
  }

  async *readLedger(): AsyncIterable<LedgerEntry> {
    const session = await this.#take();
    const stopWatching = this.#watch(session);
    try {
      if (await ledgerExists(session.client)) yield* readEntries(session.client, this.#input.scope);
    } catch (error) {
      throw session.translate(error);
    } finally {
      stopWatching();
      await this.#release(session);
    }
  }

  async openInverse(id: string): Promise<InversePatch> {
    return this.#withSession(async (session) => {
      if (!(await ledgerExists(session.client))) throw notFound(id);
      const found = await findInverse(session.client, this.#input.scope, id);
      await assertInverseKept(session.client, found.entry);
      return { ...found, operations: () => this.#inverseOperations(found) };
    });
  }

  /** Its own session: the application's is busy with COPY meanwhile. */
  async *#inverseOperations({ entry, header }: Omit<InversePatch, "operations">) {
    const session = await this.#take();
    const stopWatching = this.#watch(session);
    try {
      yield* readInverse(session.client, entry.id, header);
    } catch (error) {
      throw session.translate(error);
    } finally {
      if (!session.lost) await session.client.query("ROLLBACK").catch(() => session.destroy());
      stopWatching();
      await this.#release(session);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((session) => session.close()));
  }

  async #withSession<T>(work: (session: ApplySession) => Promise<T>): Promise<T> {
    const session = await this.#take();
    const stopWatching = this.#watch(session);
    try {
      return await work(session);
    } catch (error) {
      throw session.translate(error);
    } finally {
      stopWatching();
      await this.#release(session);
    }
  }

  #watch(session: ApplySession): () => void {
    const { signal } = this.#input;
    return signal === undefined ? () => {} : session.stopOn(signal, null);
  }

  async #take(): Promise<ApplySession> {
    for (let session = this.#idle.pop(); session !== undefined; session = this.#idle.pop()) {
      if (!session.lost) return session;
    }
    return ApplySession.open(this.#input.scope.connection, this.label);
  }

  async #release(session: ApplySession): Promise<void> {
    if (session.lost) return session.close();
    this.#idle.push(session);
  }
}
