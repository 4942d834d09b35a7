import { CodedError } from "../errors/coded-error.ts";
import type { SignedCheckpoint } from "./audit-checkpoint.ts";
import type { AuditEntry } from "./audit-entry.ts";

export interface ChainPlace {
  readonly seq: number;
  readonly hash: string;
}

/** A line of an exported log: one header, entries and checkpoints in the order of their places, one end. */
export type AuditLine =
  | {
      readonly type: "header";
      readonly format: "syncline-audit";
      readonly version: 1;
      readonly controlPlane: string;
      readonly organization: string;
      /** Before the first entry. */
      readonly after: ChainPlace;
      readonly exportedAt: string;
    }
  | ({ readonly type: "entry" } & AuditEntry)
  | ({ readonly type: "checkpoint"; readonly source: "table" | "store" } & SignedCheckpoint)
  | {
      readonly type: "end";
      readonly entries: number;
      /** The end of the chain as it was when the last entry was read; null when the export stops before it. */
      readonly head: ChainPlace | null;
    };

export function formatAuditLine(line: AuditLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Every name that a line has; what else stood there would be read by others and vouched for by nobody. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  header: ["type", "format", "version", "controlPlane", "organization", "after", "exportedAt"],
  entry: [
    "type",
    "seq",
    "id",
    "organizationId",
    "projectId",
    "actor",
    "userId",
    "action",
    "subjectKind",
    "subjectId",
    "detail",
    "requestId",
    "at",
    "hash",
  ],
  checkpoint: ["type", "source", "statement", "publicKey", "signature"],
  end: ["type", "entries", "head"],
};
const ENTRY_TEXTS = ["id", "organizationId", "actor", "action", "subjectKind", "detail", "at"] as const;
const ENTRY_NULLABLE = ["projectId", "userId", "subjectId", "requestId", "hash"] as const;
const CHECKPOINT_TEXTS = ["statement", "publicKey", "signature"] as const;

/** @throws CodedError `file.damaged`, `file.unsupported` */
export function parseAuditLine(text: string, number: number): AuditLine {
  const value = readObject(text);
  if (value === null) throw damaged(number, "it is no JSON object");
  const { type } = value;
  // What another version has in a line is not ours to judge.
  if (type === "header" && value.version !== 1) return readHeader(value, number);
  const names = typeof type === "string" && Object.hasOwn(NAMES, type) ? NAMES[type] : undefined;
  const other = names && Object.keys(value).find((name) => !names.includes(name));
  if (other !== undefined) throw damaged(number, `"${other.slice(0, 80)}" is no field of it`);
  if (countNames(value) !== countWrittenNames(text)) throw damaged(number, "a field stands there twice");
  if (type === "header") return readHeader(value, number);
  if (type === "entry") {
    const good =
      ENTRY_TEXTS.every((name) => typeof value[name] === "string") &&
      ENTRY_NULLABLE.every((name) => value[name] === null || typeof value[name] === "string") &&
      (value.seq === null || Number.isSafeInteger(value.seq));
    if (good) return value as unknown as AuditLine;
    throw damaged(number, "an entry has not the fields that it must have");
  }
  if (type === "checkpoint") {
    const good = CHECKPOINT_TEXTS.every((name) => typeof value[name] === "string");
    if (good && (value.source === "table" || value.source === "store")) return value as unknown as AuditLine;
    throw damaged(number, "a checkpoint has not the fields that it must have");
  }
  if (type === "end" && Number.isSafeInteger(value.entries) && (value.head === null || isPlace(value.head)))
    return value as unknown as AuditLine;
  throw damaged(number, "it is neither header, entry, checkpoint nor end");
}

function readHeader(value: Readonly<Record<string, unknown>>, number: number): AuditLine {
  if (value.format !== "syncline-audit") throw damaged(number, "it is not the header of an audit log");
  if (value.version !== 1)
    throw new CodedError("file.unsupported", "The export has a version that this program does not know.", {
      hint: "Use the Syncline that wrote it, or a newer one.",
    });
  const { controlPlane, organization } = value;
  if (typeof controlPlane === "string" && typeof organization === "string" && isPlace(value.after))
    return value as unknown as AuditLine;
  throw damaged(number, "the header has not the fields that it must have");
}

function isPlace(value: unknown): value is ChainPlace {
  const { seq, hash } = (value ?? {}) as { readonly seq?: unknown; readonly hash?: unknown };
  return Number.isSafeInteger(seq) && Number(seq) >= 0 && typeof hash === "string";
}

function countNames(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inside = Object.values(value).reduce((sum: number, each) => sum + countNames(each), 0);
  return inside + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

/** Names in a text that is JSON: outside of strings are no quotes. */
function countWrittenNames(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g))
    if (colon !== undefined) count += 1;
  return count;
}

function readObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

function damaged(number: number, problem: string): CodedError {
  return new CodedError("file.damaged", `Line ${number} of the exported audit log is not one: ${problem}.`, {
    hint: "Export it again: syncline audit export --output FILE",
  });
}
