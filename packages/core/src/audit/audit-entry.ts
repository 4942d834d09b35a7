import type { CreateDigest } from "../patch/digest.ts";
import { encodeUtf8 } from "../patch/utf8.ts";

/** An entry of the audit log with every field as it is hashed. */
export interface AuditEntry {
  /** Place in the chain, from 1; null for a row that has none. */
  readonly seq: number | null;
  /** Number of the row, in decimal digits. */
  readonly id: string;
  readonly organizationId: string;
  readonly projectId: string | null;
  readonly actor: string;
  readonly userId: string | null;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string | null;
  /** JSON text, byte for byte as it is stored. */
  readonly detail: string;
  readonly requestId: string | null;
  /** UTC with milliseconds, `2026-01-31T12:00:00.000Z`. */
  readonly at: string;
  /** 64 hexadecimal digits; null for a row that has none. */
  readonly hash: string | null;
}

/** What stands for the hash of the entry before the first one. */
export const AUDIT_GENESIS = "0".repeat(64);

const TAG = "syncline audit entry 1";

export interface EntryPlace {
  readonly seq: number;
  /** Hash of the entry before it. */
  readonly previous: string;
}

/** The hash that an entry has at a place, hex. Its encoding is docs/formats/audit-log.md. */
export function hashAuditEntry(
  entry: AuditEntry,
  { seq, previous }: EntryPlace,
  createDigest: CreateDigest,
): string {
  const fields = [
    TAG,
    String(seq),
    entry.id,
    entry.organizationId,
    entry.projectId,
    entry.actor,
    entry.userId,
    entry.action,
    entry.subjectKind,
    entry.subjectId,
    entry.detail,
    entry.requestId,
    entry.at,
    previous,
  ];
  return sha256Of(fields.map(encodeField).join(""), createDigest);
}

export function sha256Of(text: string, createDigest: CreateDigest): string {
  const digest = createDigest();
  digest.update(encodeUtf8(text));
  return digest.hex();
}

/** Length in bytes, colon, text, comma; nothing reads like something else. */
function encodeField(value: string | null): string {
  return value === null ? "-," : `${encodeUtf8(value).length}:${value},`;
}
