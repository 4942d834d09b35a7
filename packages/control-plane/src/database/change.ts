import type { Call } from "../control-plane.ts";
import type { Transaction } from "./open-database.ts";
import type { Who } from "./who.ts";

export interface AuditNote {
  /** `job.create`, `run.cancel`, … */
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string | null;
  /** Names and counts, never row values or secrets. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface NewEvent {
  readonly organizationId: string;
  readonly runId?: string | null;
  /** `run.queued`, `job.changed`, … */
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A transaction with what it will tell: audit entries and events are written in it, at its end. */
export class Change {
  readonly tx: Transaction;
  /** For whom it runs. */
  readonly who: Who;
  readonly #audit: { readonly call: Call; readonly note: AuditNote }[] = [];
  readonly #events: NewEvent[] = [];
  #wakes = false;

  constructor(tx: Transaction, who: Who) {
    this.tx = tx;
    this.who = who;
  }

  audit(call: Call, note: AuditNote): void {
    this.#audit.push({ call, note });
  }

  emit(event: NewEvent): void {
    this.#events.push(event);
  }

  /** Tells sweepers that units became ready; most events of runs tell it too. */
  wake(): void {
    this.#wakes = true;
  }

  get wakes(): boolean {
    return this.#wakes;
  }

  get notes() {
    return this.#audit;
  }

  get events() {
    return this.#events;
  }
}
