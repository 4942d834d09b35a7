/** One protocol message of PostgreSQL. `type` is its letter, `startup` for the untyped ones, `byte` for an answer to SSLRequest. */
export interface Message {
  readonly type: string;
  /** Without type and length. */
  readonly body: Buffer;
  /** As it went over the wire. */
  readonly raw: Buffer;
}

const LENGTH_BYTES = 4;
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;

/** Cuts one direction of an unencrypted connection into messages. Bytes of an unfinished message wait inside. */
export class MessageFramer {
  #parts: Buffer[] = [];
  #size = 0;
  #needed = 1;
  #phase: "startup" | "typed";
  #singleBytes = 0;

  constructor(side: "frontend" | "backend") {
    this.#phase = side === "frontend" ? "startup" : "typed";
  }

  /** The next byte is the server's one-letter answer to an encryption request. */
  expectSingleByte(): void {
    this.#singleBytes += 1;
  }

  push(chunk: Buffer): Message[] {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return [];
    let rest: Buffer = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
    const messages: Message[] = [];
    for (let message = this.#next(rest); message !== undefined; message = this.#next(rest)) {
      messages.push(message);
      rest = rest.subarray(message.raw.length);
    }
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    return messages;
  }

  #next(bytes: Buffer): Message | undefined {
    this.#needed = bytes.length + 1;
    if (bytes.length === 0) return undefined;
    if (this.#singleBytes > 0) {
      this.#singleBytes -= 1;
      return { type: "byte", body: bytes.subarray(0, 1), raw: bytes.subarray(0, 1) };
    }
    const typeBytes = this.#phase === "typed" ? 1 : 0;
    if (bytes.length < typeBytes + LENGTH_BYTES) return undefined;
    const end = typeBytes + bytes.readInt32BE(typeBytes);
    if (end < typeBytes + LENGTH_BYTES)
      throw new Error(`not a PostgreSQL message: length ${end - typeBytes}`);
    if (bytes.length < end) {
      this.#needed = end;
      return undefined;
    }
    const raw = bytes.subarray(0, end);
    const body = raw.subarray(typeBytes + LENGTH_BYTES);
    if (this.#phase === "typed") return { type: String.fromCharCode(raw[0] ?? 0), body, raw };
    if (!isEncryptionRequest(body)) this.#phase = "typed";
    return { type: "startup", body, raw };
  }
}

/** True for SSLRequest and GSSENCRequest, which the server answers with a single byte. */
export function isEncryptionRequest(body: Buffer): boolean {
  const code = body.length >= LENGTH_BYTES ? body.readInt32BE(0) : 0;
  return code === SSL_REQUEST || code === GSS_REQUEST;
}
