import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { CodedError } from "@syncline/core";
import type { MasterKey } from "./master-key.ts";

/** What a sealed text belongs to; it opens nowhere else. */
export interface SealBinding {
  /** `server.url`, `webhook.secret`, … */
  readonly purpose: string;
  readonly organizationId: string;
  readonly rowId: string;
}

const VERSION = 1;
const ID_BYTES = 8;
const IV_BYTES = 12;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const BOX_BYTES = IV_BYTES + TAG_BYTES;
const HEAD_BYTES = 1 + ID_BYTES;
const WRAPPED_BYTES = BOX_BYTES + KEY_BYTES;

/**
 * Envelope of AES-256-GCM: a data key of its own for each record, wrapped by the master key. Both layers are bound to
 * the record by associated data. Bytes: version, master key id (8), wrapped data key (iv 12, key 32, tag 16), iv 12,
 * ciphertext, tag 16; base64url.
 */
export class Sealer {
  readonly #current: MasterKey;
  readonly #known: ReadonlyMap<string, MasterKey>;

  constructor({ current, previous }: { current: MasterKey; previous: readonly MasterKey[] }) {
    this.#current = current;
    this.#known = new Map([...previous, current].map((key) => [key.id.toString("hex"), key]));
  }

  seal(text: string, binding: SealBinding): string {
    const dataKey = randomBytes(KEY_BYTES);
    const head = headOf(this.#current);
    const wrapped = encrypt(dataKey, { key: this.#current.reveal(), aad: wrapAad(head, binding) });
    return Buffer.concat([
      head,
      wrapped,
      encrypt(Buffer.from(text), { key: dataKey, aad: dataAad(binding) }),
    ]).toString("base64url");
  }

  /** @throws CodedError `encryption.wrong_key`, `control.damaged` */
  open(sealed: string, binding: SealBinding): string {
    const { dataKey, body } = this.#unwrap(sealed, binding);
    return decrypt(body, { key: dataKey, aad: dataAad(binding) }, binding).toString("utf8");
  }

  /** Of the current master key, hex. */
  get currentId(): string {
    return this.#current.id.toString("hex");
  }

  /** Of all keys that open something here, the current one last. */
  get knownIds(): readonly string[] {
    return [...this.#known.keys()];
  }

  /** What everything that is sealed under the current master key begins with. */
  get currentPrefix(): string {
    return headOf(this.#current).toString("base64url");
  }

  /** Whether it was sealed under the current master key. */
  isCurrent(sealed: string): boolean {
    return Buffer.from(sealed, "base64url").subarray(1, HEAD_BYTES).equals(this.#current.id);
  }

  /** The same secret under the current master key; what it protects is not decrypted. */
  rewrap(sealed: string, binding: SealBinding): string {
    const { dataKey, body } = this.#unwrap(sealed, binding);
    const head = headOf(this.#current);
    const wrapped = encrypt(dataKey, { key: this.#current.reveal(), aad: wrapAad(head, binding) });
    return Buffer.concat([head, wrapped, body]).toString("base64url");
  }

  #unwrap(sealed: string, binding: SealBinding): { dataKey: Buffer; body: Buffer } {
    const bytes = Buffer.from(sealed, "base64url");
    const head = bytes.subarray(0, HEAD_BYTES);
    if (bytes.length < HEAD_BYTES + WRAPPED_BYTES + BOX_BYTES || bytes.toString("base64url") !== sealed)
      throw damaged(binding);
    if (head[0] !== VERSION)
      throw new CodedError(
        "control.damaged",
        `A sealed ${binding.purpose} has version ${head[0]}; expected ${VERSION}.`,
        { hint: "It was written by a newer Syncline, or is damaged." },
      );
    const master = this.#known.get(head.subarray(1).toString("hex"));
    if (master === undefined)
      throw new CodedError(
        "encryption.wrong_key",
        `A sealed ${binding.purpose} was sealed under another master key.`,
        { hint: "Give the master key that this control database was used with, as the previous one." },
      );
    const wrapped = bytes.subarray(HEAD_BYTES, HEAD_BYTES + WRAPPED_BYTES);
    const dataKey = decrypt(wrapped, { key: master.reveal(), aad: wrapAad(head, binding) }, binding);
    return { dataKey, body: bytes.subarray(HEAD_BYTES + WRAPPED_BYTES) };
  }
}

interface Box {
  readonly key: Buffer;
  readonly aad: Buffer;
}

function headOf(key: MasterKey): Buffer {
  return Buffer.concat([Buffer.from([VERSION]), key.id]);
}

const wrapAad = (head: Buffer, binding: SealBinding) => Buffer.concat([head, dataAad(binding)]);
/** As JSON, so that no two bindings read alike. */
const dataAad = ({ purpose, organizationId, rowId }: SealBinding) =>
  Buffer.from(JSON.stringify(["syncline", VERSION, purpose, organizationId, rowId]));

function encrypt(plain: Buffer, { key, aad }: Box): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES }).setAAD(aad);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, body, cipher.getAuthTag()]);
}

function decrypt(bytes: Buffer, { key, aad }: Box, binding: SealBinding): Buffer {
  try {
    const iv = bytes.subarray(0, IV_BYTES);
    const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES })
      .setAAD(aad)
      .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    const body = bytes.subarray(IV_BYTES, bytes.length - TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    throw damaged(binding);
  }
}

function damaged({ purpose }: SealBinding): CodedError {
  return new CodedError("control.damaged", `A sealed ${purpose} was changed, or belongs to another record.`, {
    hint: "Enter the secret again.",
  });
}
