import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { CodedError } from "@syncline/core";
import { isCommonPassword } from "./common-passwords.ts";

/** Cost of one hash. */
export interface HashCost {
  /** Binary logarithm of N; memory is 2^ln · r · 128 bytes. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** Of the equal settings that OWASP's password storage cheat sheet gives, the one that takes 32 MiB. */
export const HASH_COST: HashCost = { ln: 15, r: 8, p: 3 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MIN_LENGTH = 12;
const MAX_LENGTH = 256;
/** Threads of the process that hash at the same time; files and names need some too. */
const AT_ONCE = 2;
const MOST_WAITING = 64;
const FORM = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;

/** One spelling of what was typed, however the keyboard composed it. */
const typed = (password: string) => password.normalize("NFKC");

/** @throws CodedError `request.invalid` for one that is short, endless or common */
export function assertUsablePassword(password: string, email: string): void {
  const { length } = [...typed(password)];
  const problem =
    length < MIN_LENGTH
      ? `has ${length} characters; expected ${MIN_LENGTH} at least`
      : length > MAX_LENGTH
        ? `has ${length} characters; expected ${MAX_LENGTH} at most`
        : isCommonPassword(typed(password), email)
          ? "is one of the commonest"
          : null;
  if (problem === null) return;
  throw new CodedError("request.invalid", `The password ${problem}.`, {
    hint: "A few words that belong to nothing are long, and easy to remember.",
    details: { issues: [{ path: "password", problem }] },
  });
}

/** `$scrypt$ln=…,r=…,p=…$salt$hash`. */
export async function hashPassword(password: string, cost: HashCost = HASH_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, cost);
  const { ln, r, p } = cost;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** What is compared with when there is no such person, so that it takes as long. */
const NOBODY = `$scrypt$ln=${HASH_COST.ln},r=${HASH_COST.r},p=${HASH_COST.p}$${"A".repeat(22)}$${"A".repeat(43)}`;

export interface PasswordCheck {
  readonly right: boolean;
  /** It was hashed at a lower cost than today's. */
  readonly outgrown: boolean;
}

/** `stored: null` is never right, and takes as long. */
export async function checkPassword(password: string, stored: string | null): Promise<PasswordCheck> {
  const parts = FORM.exec(stored ?? NOBODY) ?? FORM.exec(NOBODY);
  const [, ln, r, p, salt = "", hash = ""] = parts ?? [];
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const found = await derive(password, Buffer.from(salt, "base64"), cost);
  const equal = timingSafeEqual(found, Buffer.from(hash, "base64"));
  return { right: equal && stored !== null && FORM.test(stored), outgrown: isLess(cost, HASH_COST) };
}

const isLess = (cost: HashCost, than: HashCost) => workOf(cost) < workOf(than);
const workOf = ({ ln, r, p }: HashCost) => 2 ** ln * r * p;
const unpadded = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");

let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Buffer, { ln, r, p }: HashCost): Promise<Buffer> {
  await begin();
  try {
    const N = 2 ** ln;
    const options = { N, r, p, maxmem: 128 * N * r + 1024 * 1024 };
    return await new Promise((resolve, reject) => {
      scrypt(typed(password), salt, HASH_BYTES, options, (error, hash) =>
        error === null ? resolve(hash) : reject(error),
      );
    });
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

async function begin(): Promise<void> {
  if (running < AT_ONCE) {
    running += 1;
    return;
  }
  if (waiting.length >= MOST_WAITING)
    throw new CodedError("request.rate_exceeded", "Too many sign in at the same time.", {
      retryable: true,
      details: { retryAfterSeconds: 5 },
    });
  await new Promise<void>((resolve) => waiting.push(resolve));
}
