import { CodedError } from "../errors/coded-error.ts";

/** What a person puts their name to: exactly these contents, for exactly that environment. */
export interface ApprovalStatement {
  /** Id of the review, or null when the patch was signed without one. */
  readonly review: string | null;
  /** The patch's hash, or null when what is approved is no patch. */
  readonly patch: string | null;
  /** Content hash of the review. */
  readonly content: string | null;
  /** Fingerprint of the target as it was. */
  readonly target: string | null;
  readonly environment: string | null;
  /** E-mail address or name of the key's holder. What counts is the key. */
  readonly reviewer: string;
  /** ISO 8601, UTC, with milliseconds. */
  readonly at: string;
}

/** An approval that a patch carries. */
export interface PatchSignature {
  /** The statement's text; its UTF-8 bytes are what is signed. */
  readonly statement: string;
  /** `ed25519:` and base64. */
  readonly publicKey: string;
  /** Base64 of 64 bytes. */
  readonly signature: string;
}

/** A public key in text form; the last digit has no idle bits, so that a key has one spelling. */
export const SIGNER_PATTERN = /^ed25519:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;
/** 64 bytes in base64, in their one spelling. */
export const SIGNATURE_PATTERN = /^[A-Za-z0-9+/]{85}[AQgw]==$/;

const MOST_CHARACTERS = 4096;
const LONGEST_NAME = 320;
const DIGEST = /^[0-9a-f]{64}$/;
const REVIEW = /^[A-Za-z0-9_-]{1,64}$/;
/** What does not show, or shows something else: controls, joiners, directions, halves of pairs, line separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const NAMES = [
  "syncline",
  "version",
  "review",
  "patch",
  "content",
  "target",
  "environment",
  "reviewer",
  "at",
] as const;

/**
 * The statement's one text: names in this order, no white space.
 * @throws CodedError `signature.invalid` when a part has no canonical form or nothing is bound
 */
export function formatApprovalStatement(statement: ApprovalStatement): string {
  const { review, patch, content, target, environment, reviewer, at } = statement;
  check(review === null || REVIEW.test(review), "review", "a review's id or null");
  for (const [name, value] of Object.entries({ patch, content, target }))
    check(value === null || DIGEST.test(value), name, "64 hexadecimal digits or null");
  check(patch !== null || content !== null, "patch", "given when content is not");
  check(environment === null || isPlainName(environment), "environment", "a visible name or null");
  check(isPlainName(reviewer), "reviewer", "a visible name");
  check(isInstant(at), "at", "a time like 2026-01-31T12:00:00.000Z");
  const text = JSON.stringify({
    syncline: "approval",
    version: 1,
    review,
    patch,
    content,
    target,
    environment,
    reviewer,
    at,
  });
  check(text.length <= MOST_CHARACTERS, "statement", `at most ${MOST_CHARACTERS} characters`);
  return text;
}

/**
 * Reads a statement. Any other text than the canonical one is refused: names that are missing, unknown, repeated or in
 * another order, white space, other escapes.
 * @throws CodedError `signature.invalid`
 */
export function parseApprovalStatement(text: string): ApprovalStatement {
  check(text.length <= MOST_CHARACTERS, "statement", `at most ${MOST_CHARACTERS} characters`);
  const fields = readObject(text);
  check(fields.syncline === "approval", "syncline", '"approval"');
  check(fields.version === 1, "version", "1, the only one that this program reads");
  const string = (name: (typeof NAMES)[number]) => {
    const value = fields[name];
    if (typeof value !== "string") throw wrong(name, "a text");
    return value;
  };
  const nullable = (name: (typeof NAMES)[number]) => (fields[name] === null ? null : string(name));
  const statement: ApprovalStatement = {
    review: nullable("review"),
    patch: nullable("patch"),
    content: nullable("content"),
    target: nullable("target"),
    environment: nullable("environment"),
    reviewer: string("reviewer"),
    at: string("at"),
  };
  check(formatApprovalStatement(statement) === text, "statement", "in its canonical form");
  return statement;
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong("statement", "JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong("statement", "a JSON object");
  return value as Readonly<Record<string, unknown>>;
}

function isPlainName(name: string): boolean {
  return (
    name !== "" &&
    name.length <= LONGEST_NAME &&
    name === name.trim() &&
    name === name.normalize("NFC") &&
    !UNSEEN.test(name)
  );
}

function isInstant(text: string): boolean {
  const time = Date.parse(text);
  return /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(time) && new Date(time).toISOString() === text;
}

function check(good: boolean, name: string, expected: string): void {
  if (!good) throw wrong(name, expected);
}

function wrong(name: string, expected: string): CodedError {
  const about = name === "statement" ? "it" : `"${name}"`;
  return new CodedError(
    "signature.invalid",
    `The approval statement is not valid: ${about} must be ${expected}.`,
    {
      hint: "Statements are made by `syncline patch sign` and by the reviews of a server; they cannot be edited.",
    },
  );
}
