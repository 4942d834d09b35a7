import { CodedError } from "@syncline/core";

export interface BodyLimits {
  readonly maxBytes: number;
  /** For the whole body. */
  readonly timeoutMs: number;
}

/** A body that is read whole, as text. @throws CodedError `request.too_large`, `request.timeout`, `request.invalid` */
export async function readBody(request: Request, { maxBytes, timeoutMs }: BodyLimits): Promise<string> {
  assertLength(request, maxBytes);
  if (request.body === null) return "";
  const reader = request.body.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooSlow(timeoutMs)), timeoutMs);
  });
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) break;
      size += value.byteLength;
      if (size > maxBytes) throw tooLarge(maxBytes);
      parts.push(value);
    }
  } catch (error) {
    late.catch(() => {});
    void reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw new CodedError("request.invalid", "The body is not UTF-8.");
  }
}

export interface StreamLimits {
  readonly maxBytes: number;
  /** Between two pieces. */
  readonly stallMs: number;
}

/** A body that is streamed. Ends with `request.too_large` or `request.timeout` where it breaks a limit. */
export async function* streamBody(
  request: Request,
  { maxBytes, stallMs }: StreamLimits,
): AsyncGenerator<Uint8Array, void> {
  assertLength(request, maxBytes);
  if (request.body === null) return;
  const reader = request.body.getReader();
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await withDeadline(reader.read(), stallMs);
      if (done) return;
      size += value.byteLength;
      if (size > maxBytes) throw tooLarge(maxBytes);
      yield value;
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}

async function withDeadline<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooSlow(timeoutMs)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function assertLength(request: Request, maxBytes: number): void {
  const said = Number(request.headers.get("content-length") ?? 0);
  if (said > maxBytes) throw tooLarge(maxBytes);
}

function tooLarge(maxBytes: number): CodedError {
  return new CodedError("request.too_large", `The body is larger than ${maxBytes} bytes.`, {
    hint: "The operator sets this by limits.requestSize and limits.uploadSize.",
  });
}

function tooSlow(timeoutMs: number): CodedError {
  return new CodedError("request.timeout", `The body did not arrive within ${timeoutMs / 1000} s.`, {
    retryable: true,
  });
}
