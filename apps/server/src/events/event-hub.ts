import {
  type ControlPlane,
  EVENT_CHANNEL,
  eventRange,
  type ReadEvent,
  readEvents,
  type Scope,
} from "@syncline/control-plane";
import type { Logger } from "@syncline/observability";
import type { Metrics } from "@syncline/observability/metrics";
import type { Identity } from "../http/identity.ts";
import { type EncodedEvent, EventStream, encodeEvent } from "./event-stream.ts";

const HEARTBEAT_MS = 15_000;
/** Notifications may get lost with their session; what they told is found by looking. */
const LOOK_MS = 5_000;
/** Of one reader; it comes back by itself with its last id, and its key is looked at again. */
const LIFETIME_MS = 15 * 60_000;
const BATCH = 500;
/** Events that a reader who comes back may have missed; more than that, and it reads the state again. */
const MAX_BACKLOG = 10_000;

interface Reader {
  readonly stream: EventStream;
  readonly runId: string | null;
  readonly projectId: string;
  readonly holder: StreamHolder;
  readonly closeAt: number;
  /** Until its backlog is sent, what is new waits: it is read with the backlog. */
  live: boolean;
}

/** Readers of one organization, and how far their events were read. */
interface Audience {
  readonly scope: Scope;
  readonly readers: Set<Reader>;
  lastId: number;
  reading: Promise<void> | null;
  again: boolean;
}

/** Whose stream ends when the key or session does, or when the roles of its person change. */
export type StreamHolder = Pick<Identity, "keyId" | "sessionId" | "userId">;

export interface OpenStream {
  readonly scope: Scope;
  readonly holder: StreamHolder;
  /** Only the events of one run. */
  readonly runId: string | null;
  /** Go on after this event; null: from now. */
  readonly after: number | null;
  readonly until: Date | null;
}

export interface EventHubOptions {
  readonly controlPlane: ControlPlane;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Hands events to those who watch. A process has one `LISTEN` and reads each event once, however many watch. */
export class EventHub {
  readonly #options: EventHubOptions;
  readonly #audiences = new Map<string, Audience>();
  #count = 0;
  #closed = false;
  #unlisten: (() => Promise<void>) | null = null;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: EventHubOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    if (this.#unlisten !== null) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [
      setInterval(() => this.#beat(), HEARTBEAT_MS),
      setInterval(() => this.#lookEverywhere(), LOOK_MS),
    ];
    const listening = await this.#options.controlPlane.listen(EVENT_CHANNEL, (payload) => {
      if (payload === null) this.#lookEverywhere();
      else this.#look(payload.split(":")[0] ?? "");
    });
    this.#unlisten = () => listening.close();
    this.#lookEverywhere();
  }

  /** The stream is closed when its lifetime ends, when the hub is, and when its reader goes. */
  async open({ scope, holder, runId, after, until }: OpenStream): Promise<ReadableStream<Uint8Array>> {
    const audience = await this.#audienceOf(scope);
    const reader: Reader = {
      stream: new EventStream({
        onClose: () => this.#leave(audience, reader),
        onResync: () => this.#options.metrics.add("eventResyncs", {}),
      }),
      runId,
      holder,
      projectId: scope.projectId,
      closeAt: Math.min(Date.now() + LIFETIME_MS * (0.9 + Math.random() / 5), until?.getTime() ?? Infinity),
      live: after === null || after >= audience.lastId,
    };
    audience.readers.add(reader);
    this.#countStreams(1);
    if (this.#closed) reader.stream.close();
    else if (!reader.live) void this.#sendBacklog(audience, reader, after ?? 0);
    return reader.stream.body;
  }

  /** Ends every stream. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const { readers } of this.#audiences.values()) for (const { stream } of readers) stream.close();
    await this.#unlisten?.().catch(() => {});
  }

  async #audienceOf(scope: Scope): Promise<Audience> {
    const { organizationId } = scope;
    const found = this.#audiences.get(organizationId);
    if (found !== undefined) return found;
    const { last: lastId } = await eventRange(this.#options.controlPlane, { organizationId });
    const made = this.#audiences.get(organizationId) ?? {
      scope,
      readers: new Set<Reader>(),
      lastId,
      reading: null,
      again: false,
    };
    this.#audiences.set(organizationId, made);
    return made;
  }

  #leave(audience: Audience, reader: Reader): void {
    if (!audience.readers.delete(reader)) return;
    this.#countStreams(-1);
    if (audience.readers.size === 0) this.#audiences.delete(audience.scope.organizationId);
  }

  #countStreams(change: number): void {
    this.#count += change;
    this.#options.metrics.set("eventStreams", {}, this.#count);
  }

  #lookEverywhere(): void {
    for (const organizationId of this.#audiences.keys()) this.#look(organizationId);
  }

  /** Reads what is new once at a time; what comes meanwhile is read right after. */
  #look(organizationId: string): void {
    const audience = this.#audiences.get(organizationId);
    if (audience === undefined) return;
    audience.again = true;
    audience.reading ??= this.#readNew(audience).finally(() => {
      audience.reading = null;
    });
  }

  async #readNew(audience: Audience): Promise<void> {
    try {
      while (audience.again && !this.#closed) {
        audience.again = false;
        const events = await this.#read(audience, { after: audience.lastId, runId: null });
        for (const event of events) {
          audience.lastId = event.id;
          for (const reader of audience.readers) if (reader.live) deliver(reader, event);
        }
        if (events.length === BATCH) audience.again = true;
      }
    } catch (error) {
      this.#options.logger.warn({ err: error }, "events cannot be read; trying again");
    }
  }

  async #sendBacklog(audience: Audience, reader: Reader, after: number): Promise<void> {
    try {
      let last = after;
      for (let sent = 0; ; ) {
        const events = await this.#read(audience, { after: last, runId: reader.runId });
        for (const event of events) deliver(reader, event);
        last = events.at(-1)?.id ?? last;
        sent += events.length;
        if (events.length < BATCH || reader.stream.closed) break;
        if (sent >= MAX_BACKLOG || !reader.stream.ready) {
          reader.stream.resync(audience.lastId);
          break;
        }
      }
      reader.live = true;
      // Whatever was handed out to the others between the last reading and now.
      for (const event of await this.#read(audience, { after: last, runId: reader.runId }))
        deliver(reader, event);
    } catch (error) {
      this.#options.logger.warn({ err: error }, "events that were missed cannot be read");
      reader.stream.close();
    }
  }

  async #read(
    { scope }: Audience,
    { after, runId }: { readonly after: number; readonly runId: string | null },
  ): Promise<HeardEvent[]> {
    const events = await readEvents(this.#options.controlPlane, {
      organizationId: scope.organizationId,
      after,
      limit: BATCH,
      ...(runId === null ? {} : { runId }),
    });
    return events.map(hear);
  }

  #beat(): void {
    const now = Date.now();
    for (const { readers } of this.#audiences.values())
      for (const reader of readers) {
        if (now >= reader.closeAt) reader.stream.close();
        else reader.stream.heartbeat();
      }
  }
}

interface HeardEvent extends EncodedEvent {
  /** Null: of no project. */
  readonly projectId: string | null;
  /** Whether a reader may hear no more since then, or has to be asked anew. */
  readonly ends: (holder: StreamHolder) => boolean;
}

function hear(event: ReadEvent): HeardEvent {
  const { projectId, keyId, sessionId, userId } = event.payload as Readonly<Record<string, unknown>>;
  return {
    ...encodeEvent(event),
    projectId: typeof projectId === "string" ? projectId : event.runProjectId,
    ends: (holder) =>
      (event.type === "api_key.revoked" && keyId === holder.keyId) ||
      (event.type === "session.ended" && sessionId === holder.sessionId) ||
      (event.type === "person.changed" && userId === holder.userId),
  };
}

function deliver(reader: Reader, event: HeardEvent): void {
  if (isFor(reader, event)) reader.stream.send(event);
  // Sent first: who comes back goes on after it, and is not ended by it again.
  if (event.ends(reader.holder)) reader.stream.close();
}

/** Events of another project are not for this reader. */
function isFor({ runId, projectId }: Reader, event: HeardEvent): boolean {
  if (runId !== null && event.runId !== runId) return false;
  if (event.projectId !== null) return event.projectId === projectId;
  // Whose a run was that is not kept any more, nobody knows; who asks for its events was told that it is theirs.
  return runId !== null || event.runId === null;
}
