import type { CreateDigest } from "../patch/digest.ts";
import { type AuditEntry, type EntryPlace, hashAuditEntry } from "./audit-entry.ts";
import type { AuditFaultKind } from "./audit-verdict.ts";

const MOST_REMOVED = 64;

/** An entry whose hash does not fit, and what the entries after it tell about why. Looks at one entry at a time. */
export class BrokenLink {
  readonly #entry: AuditEntry;
  readonly #place: EntryPlace;
  readonly #createDigest: CreateDigest;
  #followed = false;
  #kind: AuditFaultKind = "edited";
  #settled = false;

  constructor(entry: AuditEntry, place: EntryPlace, createDigest: CreateDigest) {
    this.#entry = entry;
    this.#place = place;
    this.#createDigest = createDigest;
  }

  get seq(): number {
    return this.#place.seq;
  }

  get kind(): AuditFaultKind {
    return this.#kind;
  }

  /** Tells of the next entry of the log. */
  next(entry: AuditEntry): void {
    if (this.#settled) return;
    const found = this.#explainedBy(entry);
    if (found === null) return;
    this.#kind = found;
    this.#settled = true;
  }

  #explainedBy(entry: AuditEntry): AuditFaultKind | null {
    const { seq } = this.#place;
    if (!this.#followed && this.#wasRemovedBefore(entry)) return "missing";
    this.#followed = true;
    const original = this.#hash(entry, this.#place);
    // Otherwise this one stood where the broken one stands.
    if (original !== entry.hash && original !== this.#entry.hash) return null;
    if (entry.seq !== seq + 1) return "reordered";
    const swapped = this.#hash(this.#entry, { seq: seq + 1, previous: original });
    return swapped === this.#entry.hash || swapped === entry.hash ? "reordered" : "inserted";
  }

  /** Whether the entries from here on stood further back, and were numbered anew when some were taken out. */
  #wasRemovedBefore(after: AuditEntry): boolean {
    const previous = this.#entry.hash ?? "";
    for (let removed = 1; removed <= MOST_REMOVED; removed += 1)
      if (this.#hash(after, { seq: this.#place.seq + 1 + removed, previous }) === after.hash) return true;
    return false;
  }

  #hash(entry: AuditEntry, place: EntryPlace): string {
    return hashAuditEntry(entry, place, this.#createDigest);
  }
}
