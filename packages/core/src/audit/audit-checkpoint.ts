import { CodedError } from "../errors/coded-error.ts";

/** What the key of an audit log puts its name to: the chain was this long, and ended so. */
export interface AuditCheckpoint {
  readonly controlPlane: string;
  readonly organization: string;
  readonly seq: number;
  /** Of the entry at `seq`, hex. */
  readonly hash: string;
  /** UTC with milliseconds. */
  readonly at: string;
  /** sha256 of the statement before it, hex; null for the first. */
  readonly previous: string | null;
}

/** A checkpoint as it is kept, sent and stored. */
export interface SignedCheckpoint {
  /** Its UTF-8 bytes are what is signed. */
  readonly statement: string;
  /** `ed25519:` and base64. */
  readonly publicKey: string;
  /** Base64 of 64 bytes. */
  readonly signature: string;
}

const DIGEST = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const LONGEST = 1024;

/** Names in this order, no white space: a checkpoint has one text. */
export function formatCheckpoint({
  controlPlane,
  organization,
  seq,
  hash,
  at,
  previous,
}: AuditCheckpoint): string {
  const named = { syncline: "audit-checkpoint", version: 1, controlPlane, organization };
  return JSON.stringify({ ...named, seq, hash, at, previous });
}

/** @throws CodedError `file.damaged` for any other text than a canonical one */
export function parseCheckpoint(text: string): AuditCheckpoint {
  const value = text.length > LONGEST ? null : readObject(text);
  if (value === null || !isCheckpoint(value) || formatCheckpoint(value) !== text)
    throw new CodedError("file.damaged", "This is not the statement of a checkpoint of an audit log.", {
      hint: "Checkpoints come from `GET /audit/checkpoints`, webhooks and the object store; they cannot be edited.",
    });
  return value;
}

function readObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function isCheckpoint(value: object): value is AuditCheckpoint {
  const { controlPlane, organization, seq, hash, at, previous } = value as Record<string, unknown>;
  const texts: readonly [unknown, RegExp][] = [
    [controlPlane, UUID],
    [organization, UUID],
    [hash, DIGEST],
    [at, INSTANT],
    [previous ?? "0".repeat(64), DIGEST],
  ];
  return (
    Number.isSafeInteger(seq) &&
    Number(seq) > 0 &&
    texts.every(([text, form]) => typeof text === "string" && form.test(text))
  );
}
