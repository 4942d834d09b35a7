import type { CreateDigest } from "../patch/digest.ts";
import type { VerifySignature } from "../patch/signature-verdict.ts";
import { encodeUtf8 } from "../patch/utf8.ts";
import {
  type AuditCheckpoint,
  formatCheckpoint,
  parseCheckpoint,
  type SignedCheckpoint,
} from "./audit-checkpoint.ts";
import { AUDIT_GENESIS, type AuditEntry, hashAuditEntry, sha256Of } from "./audit-entry.ts";
import { KEY_CHANGE_ACTION, keyChangeStatement, parseKeyChange } from "./audit-key-change.ts";
import type { AuditFault, AuditReport, CheckpointSource } from "./audit-verdict.ts";
import { BrokenLink } from "./broken-link.ts";

export interface AuditVerifierOptions {
  readonly organizationId: string;
  /** Null when it is not known; the first checkpoint's is then taken. */
  readonly controlPlane: string | null;
  /** Where the log begins, of one that was cut at its beginning: the place and hash before its first entry. */
  readonly after?: { readonly seq: number; readonly hash: string };
  /** Keys whose signatures count; empty takes the one that signed the first checkpoint. */
  readonly signers: readonly string[];
  /** Checkpoints that the caller kept. Their keys count, too. */
  readonly held: readonly SignedCheckpoint[];
  readonly createDigest: CreateDigest;
  readonly verify: VerifySignature;
}

const MOST_FAULTS = 100;

interface Waiting {
  readonly checkpoint: AuditCheckpoint;
  readonly source: CheckpointSource;
  readonly vouches: boolean;
}

/**
 * Judges a log as it streams by, in constant memory: entries by place, each checkpoint after the entry that it names or,
 * when that is not there, before the next one. A log that is untouched has no fault, whoever writes meanwhile.
 */
export class AuditVerifier {
  readonly #options: AuditVerifierOptions;
  readonly #faults: AuditFault[] = [];
  readonly #trusted: Set<string>;
  readonly #used = new Set<string>();
  readonly #held: { readonly checkpoint: AuditCheckpoint; readonly signed: SignedCheckpoint }[];
  readonly #counts: Record<CheckpointSource, number> = { table: 0, store: 0, held: 0 };
  /** Checkpoints whose entry has not come yet; few. */
  #waiting: Waiting[] = [];
  #controlPlane: string | null;
  #entries = 0;
  #seq: number;
  #hash: string;
  #covered: number;
  #broken: BrokenLink | null = null;
  #lastTable: { readonly seq: number; readonly digest: string } | null = null;
  /** Places of the caller's checkpoints that the table has not shown. */
  readonly #unseen: Set<number>;
  /** A checkpoint of a key that nobody vouches for, behind the last good one. */
  #stranger: AuditFault | null = null;
  /** Place before the first entry. */
  readonly #first: number;

  constructor(options: AuditVerifierOptions) {
    const { after = { seq: 0, hash: AUDIT_GENESIS } } = options;
    this.#options = options;
    this.#controlPlane = options.controlPlane;
    this.#seq = after.seq;
    this.#hash = after.hash;
    this.#covered = after.seq;
    this.#first = after.seq;
    this.#held = options.held
      .map((signed) => ({ signed, checkpoint: parseCheckpoint(signed.statement) }))
      .sort((one, other) => one.checkpoint.seq - other.checkpoint.seq);
    this.#unseen = new Set(this.#held.map(({ checkpoint }) => checkpoint.seq));
    this.#trusted = new Set([...options.signers, ...options.held.map(({ publicKey }) => publicKey)]);
    for (const { signed, checkpoint } of this.#held) this.#take(signed, checkpoint, "held");
    this.#judgeWaiting();
  }

  entry(entry: AuditEntry): void {
    this.#entries += 1;
    if (entry.organizationId !== this.#options.organizationId)
      this.#fault("inserted", entry.seq ?? this.#seq + 1, "The entry belongs to another organization.");
    if (entry.seq === null) {
      this.#fault("inserted", this.#seq + 1, `Row ${entry.id} has no place in the chain.`);
      return;
    }
    const expected = this.#seq + 1;
    if (entry.seq < expected) {
      this.#fault("reordered", entry.seq, `Entry ${entry.seq} comes again, or after its successor.`);
      return;
    }
    this.#broken?.next(entry);
    if (entry.seq > expected) this.#gap(expected, entry.seq - 1);
    else if (hashAuditEntry(entry, this.#place(expected), this.#options.createDigest) !== entry.hash)
      this.#break(entry, expected);
    this.#seq = entry.seq;
    this.#hash = entry.hash ?? "";
    if (entry.action === KEY_CHANGE_ACTION) this.#changeKey(entry);
    this.#judgeWaiting();
  }

  /** One of the table or the object store. Those of the table come in their order. */
  checkpoint(signed: SignedCheckpoint, source: "table" | "store"): void {
    let checkpoint: AuditCheckpoint;
    try {
      checkpoint = parseCheckpoint(signed.statement);
    } catch {
      this.#fault("checkpoint", this.#seq, "A checkpoint has no readable statement.");
      return;
    }
    if (source === "table") this.#link(checkpoint);
    else this.#assertTwin(checkpoint);
    this.#take(signed, checkpoint, source);
    this.#judgeWaiting();
  }

  /** What the control database says about the end of the log, where it was asked. */
  finish(head: { readonly seq: number; readonly hash: string } | null = null): AuditReport {
    for (const { checkpoint, source } of this.#waiting)
      this.#fault(
        "truncated",
        this.#seq + 1,
        `The log ends at entry ${this.#seq}; a checkpoint ${PLACES[source]} says that it had ${checkpoint.seq}.`,
        checkpoint.seq,
      );
    if (head !== null && head.seq > this.#seq)
      this.#fault(
        "truncated",
        this.#seq + 1,
        `The log ends at entry ${this.#seq}; its head says ${head.seq}.`,
        head.seq,
      );
    if (head !== null && head.seq < this.#seq)
      this.#fault("inserted", head.seq + 1, `The log has entries behind its head, which says ${head.seq}.`);
    if (head !== null && head.seq === this.#seq && head.hash !== this.#hash)
      this.#fault(
        "restamped",
        Math.max(this.#covered + 1, 1),
        "The head has another hash than the last entry.",
        this.#seq,
      );
    for (const seq of this.#unseen)
      if (seq > this.#first && seq <= this.#seq)
        this.#fault(
          "checkpoint",
          seq,
          `The checkpoint of entry ${seq} that you hold is not in the control database.`,
        );
    this.#settleBroken();
    if (this.#stranger !== null) this.#faults.push(this.#stranger);
    const faults = this.#faults.toSorted((one, other) => one.seq - other.seq);
    return {
      ok: faults.length === 0,
      organizationId: this.#options.organizationId,
      entries: this.#entries,
      last: this.#seq,
      lastHash: this.#hash,
      covered: this.#covered,
      checkpoints: { ...this.#counts },
      signers: [...this.#used],
      pinned: this.#options.signers.length > 0 || this.#held.length > 0,
      fault: faults[0] ?? null,
      faults: faults.slice(0, MOST_FAULTS),
    };
  }

  #place(seq: number) {
    return { seq, previous: this.#hash };
  }

  #gap(from: number, to: number): void {
    const what = from === to ? `Entry ${from} is` : `Entries ${from} to ${to} are`;
    this.#fault("missing", from, `${what} not there.`, to);
  }

  #break(entry: AuditEntry, expected: number): void {
    this.#settleBroken();
    this.#broken = new BrokenLink(entry, this.#place(expected), this.#options.createDigest);
  }

  #settleBroken(): void {
    if (this.#broken !== null) this.#fault(this.#broken.kind, this.#broken.seq, BROKEN[this.#broken.kind]);
    this.#broken = null;
  }

  /** Of two checkpoints of the table that follow each other, the later one names the earlier one. */
  #link(checkpoint: AuditCheckpoint): void {
    const last = this.#lastTable;
    if (
      last === null ? this.#first === 0 && checkpoint.previous !== null : checkpoint.previous !== last.digest
    )
      this.#fault(
        "checkpoint",
        (last?.seq ?? 0) + 1,
        `Before the checkpoint of entry ${checkpoint.seq}, checkpoints are missing from the table or were changed.`,
        checkpoint.seq,
      );
    this.#unseen.delete(checkpoint.seq);
    this.#lastTable = {
      seq: checkpoint.seq,
      digest: sha256Of(formatCheckpoint(checkpoint), this.#options.createDigest),
    };
  }

  /** What lies in the object store was in the table first. */
  #assertTwin(checkpoint: AuditCheckpoint): void {
    const digest = sha256Of(formatCheckpoint(checkpoint), this.#options.createDigest);
    if (this.#lastTable?.digest === digest) return;
    this.#fault(
      "checkpoint",
      checkpoint.seq,
      `The checkpoint of entry ${checkpoint.seq} is in the object store, and not in the control database.`,
    );
  }

  #take(signed: SignedCheckpoint, checkpoint: AuditCheckpoint, source: CheckpointSource): void {
    const { statement, publicKey, signature } = signed;
    this.#counts[source] += 1;
    const named = `The checkpoint of entry ${checkpoint.seq} ${PLACES[source]}`;
    const { seq } = checkpoint;
    if (!this.#options.verify(publicKey, encodeUtf8(statement), signature)) {
      this.#fault("checkpoint", seq, `${named} does not carry its key's signature.`);
      return;
    }
    this.#controlPlane ??= checkpoint.controlPlane;
    const ours =
      checkpoint.organization === this.#options.organizationId &&
      checkpoint.controlPlane === this.#controlPlane;
    if (!ours) {
      this.#fault("checkpoint", seq, `${named} is of another log.`);
      return;
    }
    if (this.#trusted.size === 0) this.#trusted.add(publicKey);
    if (this.#trusted.has(publicKey)) {
      this.#used.add(publicKey);
      this.#waiting.push({ checkpoint, source, vouches: true });
    } else {
      // It vouches for nothing; where it says something else than the log, one of both was made up.
      this.#waiting.push({ checkpoint, source, vouches: false });
      this.#stranger ??= {
        kind: "restamped",
        seq: this.#covered + 1,
        until: seq,
        message: `${named} is signed by a key that nobody vouches for.`,
      };
    }
  }

  #judgeWaiting(): void {
    if (this.#waiting.every(({ checkpoint }) => checkpoint.seq > this.#seq)) return;
    const due = this.#waiting.filter(({ checkpoint }) => checkpoint.seq <= this.#seq);
    this.#waiting = this.#waiting.filter(({ checkpoint }) => checkpoint.seq > this.#seq);
    for (const each of due.toSorted((one, other) => one.checkpoint.seq - other.checkpoint.seq))
      this.#judge(each);
  }

  #judge({ checkpoint: { seq, hash }, source, vouches }: Waiting): void {
    // Before the log's beginning, or an entry that is gone: told already.
    if (seq !== this.#seq) return;
    if (hash === this.#hash) {
      if (vouches && this.#broken === null && seq >= this.#covered) {
        this.#covered = seq;
        this.#stranger = null;
      }
      return;
    }
    this.#fault(
      "restamped",
      this.#covered + 1,
      `Entry ${seq} has another hash than its checkpoint ${PLACES[source]}: one of the entries ${this.#covered + 1} to ${seq} was changed and the chain made anew.`,
      seq,
    );
  }

  #changeKey({ detail }: AuditEntry): void {
    const change = parseKeyChange(detail);
    if (change === null || !this.#trusted.has(change.from)) return;
    const { organizationId: organization } = this.#options;
    const statement = encodeUtf8(keyChangeStatement({ organization, from: change.from, to: change.to }));
    if (this.#options.verify(change.from, statement, change.proof)) this.#trusted.add(change.to);
  }

  #fault(kind: AuditFault["kind"], seq: number, message: string, until = seq): void {
    if (this.#faults.length < MOST_FAULTS) this.#faults.push({ kind, seq, until, message });
  }
}

const PLACES: Readonly<Record<CheckpointSource, string>> = {
  table: "in the control database",
  store: "in the object store",
  held: "that you hold",
};

const BROKEN: Readonly<Record<AuditFault["kind"], string>> = {
  edited: "The entry is not what was hashed.",
  reordered: "Another entry stood in this place.",
  inserted: "The entry was put in later.",
  missing: "Entries before this one were taken out, and the rest was numbered anew.",
  truncated: "The log ends too early.",
  restamped: "The entry's hash was made anew.",
  checkpoint: "The checkpoint is not genuine.",
};
