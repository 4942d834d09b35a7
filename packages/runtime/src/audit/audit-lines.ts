import {
  type ControlPlane,
  lastPlaceBefore,
  placeBefore,
  readAuditChain,
  readCheckpoints,
} from "@syncline/control-plane";
import { AUDIT_GENESIS, type AuditLine, type ChainPlace } from "@syncline/core";
import type { ObjectStore } from "@syncline/engine";
import { CheckpointStore } from "./checkpoint-store.ts";

export interface AuditLinesInput {
  readonly controlPlane: ControlPlane;
  readonly objectStore: ObjectStore;
  readonly organizationId: string;
  readonly from?: Date;
  /** This instant is not part of it. */
  readonly to?: Date;
  readonly signal?: AbortSignal;
}

const ENTRIES_A_TIME = 1_000;
const CHECKPOINTS_A_TIME = 500;
const START: ChainPlace = { seq: 0, hash: AUDIT_GENESIS };

/**
 * The audit log of an organization with the checkpoints of the table and of the object store, each behind its entry. A
 * few pages are in memory; nobody is held up meanwhile.
 */
export async function* auditLines(input: AuditLinesInput): AsyncGenerator<AuditLine, void> {
  const { controlPlane, organizationId, from, to, signal } = input;
  const scope = { organizationId };
  const after = from === undefined ? START : await placeBefore(controlPlane, scope, from);
  const upTo = to === undefined ? Number.MAX_SAFE_INTEGER : await lastPlaceBefore(controlPlane, scope, to);
  const checkpoints = new Checkpoints(input, { after: after.seq, upTo });
  await checkpoints.begin();
  yield {
    type: "header",
    format: "syncline-audit",
    version: 1,
    controlPlane: controlPlane.id,
    organization: organizationId,
    after,
    exportedAt: new Date().toISOString(),
  };
  let entries = 0;
  let place = after.seq;
  for (;;) {
    signal?.throwIfAborted();
    const part = await readAuditChain(controlPlane, scope, { after: place, limit: ENTRIES_A_TIME });
    const last = part.entries.at(-1)?.seq ?? place;
    await checkpoints.read(Math.min(last, upTo));
    for (const entry of part.entries) {
      if (entry.seq !== null && entry.seq > upTo) break;
      yield* checkpoints.before(entry.seq ?? 0);
      yield { type: "entry", ...entry };
      entries += 1;
    }
    // Without progress there is nothing but rows that have no place, which is told by then.
    const stuck = last <= place;
    place = Math.max(last, place);
    if (part.entries.length < ENTRIES_A_TIME || place >= upTo || stuck) {
      yield* checkpoints.rest();
      yield { type: "end", entries, head: to === undefined ? part.head : null };
      return;
    }
  }
}

type CheckpointLine = Extract<AuditLine, { readonly type: "checkpoint" }>;

interface Placed {
  readonly seq: number;
  readonly line: CheckpointLine;
}

/** Checkpoints of both places in one order: by entry, the table's first. */
class Checkpoints {
  readonly #input: AuditLinesInput;
  readonly #upTo: number;
  readonly #store: CheckpointStore;
  #after: number;
  /** The last one of the table when reading began: none before it is made later. */
  #known = 0;
  #stored: number[] = [];
  #due: Placed[] = [];

  constructor(input: AuditLinesInput, { after, upTo }: { readonly after: number; readonly upTo: number }) {
    this.#input = input;
    this.#after = after;
    this.#upTo = upTo;
    this.#store = new CheckpointStore(input.objectStore);
  }

  async begin(): Promise<void> {
    const { organizationId } = this.#input;
    for await (const seq of this.#store.places(organizationId))
      if (seq > this.#after && seq <= this.#upTo) this.#stored.push(seq);
    const last = await this.#table({ after: 0, upTo: this.#upTo, newest: true });
    this.#known = Math.max(last.at(-1)?.seq ?? 0, this.#stored.at(-1) ?? 0);
  }

  /** Takes those up to a place, once its entries are read. */
  async read(upTo: number): Promise<void> {
    for (let full = true; full; ) {
      const rows = await this.#table({ after: this.#after, upTo });
      for (const { seq, statement, publicKey, signature } of rows) {
        const line = { type: "checkpoint", source: "table", statement, publicKey, signature } as const;
        this.#due.push({ seq, line });
        this.#after = seq;
      }
      full = rows.length === CHECKPOINTS_A_TIME;
    }
    const behind = this.#stored.findIndex((seq) => seq > upTo);
    const stored = this.#stored.splice(0, behind < 0 ? this.#stored.length : behind);
    for (const seq of stored) {
      const signed = await this.#store.get(this.#input.organizationId, seq);
      this.#due.push({ seq, line: { type: "checkpoint", source: "store", ...signed } });
    }
    this.#due.sort((one, other) => one.seq - other.seq || order(one) - order(other));
  }

  /** Those whose entry has gone by when this one comes. */
  *before(seq: number): Generator<AuditLine, void> {
    while ((this.#due[0]?.seq ?? seq) < seq) {
      const placed = this.#due.shift();
      if (placed !== undefined) yield placed.line;
    }
  }

  /** Also those behind the last entry that were there before reading began: the entries that they name are gone. */
  async *rest(): AsyncGenerator<AuditLine, void> {
    await this.read(this.#known);
    for (const { line } of this.#due) yield line;
    this.#due = [];
  }

  #table({
    after,
    upTo,
    newest = false,
  }: {
    readonly after: number;
    readonly upTo: number;
    readonly newest?: boolean;
  }) {
    const { controlPlane, organizationId } = this.#input;
    return readCheckpoints(
      controlPlane,
      { organizationId },
      { after, upTo, newest, limit: newest ? 1 : CHECKPOINTS_A_TIME },
    );
  }
}

const order = ({ line }: Placed) => (line.source === "table" ? 0 : 1);
