import type { EventRecord } from "@syncline/control-plane";

const BUFFER_BYTES = 64 * 1024;
const encoder = new TextEncoder();

/** An event as it goes over the wire, made once for all who read it. */
export interface EncodedEvent {
  readonly id: number;
  readonly runId: string | null;
  readonly bytes: Uint8Array;
}

export function encodeEvent(
  event: Pick<EventRecord, "id" | "runId" | "type" | "payload" | "at">,
): EncodedEvent {
  const { id, runId, type, payload, at } = event;
  const data = JSON.stringify({ id, runId, type, payload, at: at.toISOString() });
  return { id, runId, bytes: encoder.encode(`id: ${id}\nevent: ${type}\ndata: ${data}\n\n`) };
}

const HEARTBEAT = encoder.encode(": heartbeat\n\n");
const OPENING = encoder.encode("retry: 2000\n\n");

export interface EventStreamOptions {
  readonly onClose: () => void;
  readonly onResync: () => void;
}

/**
 * The body of one reader. What it does not take piles up to 64 KiB; from then on events are left out, and when it reads
 * again it is told so by a `resync` event, whose id is that of the last event left out.
 */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #options: EventStreamOptions;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #lastId = 0;
  #leftOut = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          controller.enqueue(OPENING);
        },
        pull: () => this.#catchUp(),
        cancel: () => this.close(),
      },
      { highWaterMark: BUFFER_BYTES, size: (bytes) => bytes?.byteLength ?? 0 },
    );
  }

  get closed(): boolean {
    return this.#controller === null;
  }

  get lastId(): number {
    return this.#lastId;
  }

  /** Room for more; a reader that has none misses what comes. */
  get ready(): boolean {
    return (this.#controller?.desiredSize ?? 0) > 0;
  }

  /** Events that were sent already are passed over. */
  send({ id, bytes }: EncodedEvent): void {
    if (this.#controller === null || id <= this.#lastId) return;
    this.#lastId = id;
    if (this.#leftOut || !this.ready) this.#leftOut = true;
    else this.#controller.enqueue(bytes);
  }

  /** Tells the reader to read the state again and go on after an event. */
  resync(lastId: number): void {
    this.#lastId = Math.max(this.#lastId, lastId);
    this.#leftOut = true;
    if (this.ready) this.#catchUp();
  }

  heartbeat(): void {
    if (this.ready) this.#controller?.enqueue(HEARTBEAT);
  }

  close(): void {
    const controller = this.#controller;
    if (controller === null) return;
    this.#controller = null;
    try {
      controller.close();
    } catch {
      // Cancelled by its reader.
    }
    this.#options.onClose();
  }

  #catchUp(): void {
    if (!this.#leftOut || this.#controller === null) return;
    this.#leftOut = false;
    this.#options.onResync();
    this.#controller.enqueue(encoder.encode(`id: ${this.#lastId}\nevent: resync\ndata: {}\n\n`));
  }
}
