import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

export interface LoadOptions {
  readonly port: number;
  readonly certificate: string;
  readonly name: string;
  readonly key: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const READS = ["runs?limit=20", "jobs", "conflicts", "patches", "me"];
const PAUSE_MS = 25;

/** What clients do all the time: read lists, start copies, follow events. Every request counts, none is repeated. */
export class ServiceLoad {
  readonly failures: string[] = [];
  readonly runs: string[] = [];
  requests = 0;
  reconnects = 0;
  readonly #options: LoadOptions;
  readonly #agent: Agent;
  readonly #leaving = new AbortController();
  #working: Promise<unknown>[] = [];
  /** Ids of events by reader, in the order in which they came. */
  readonly events: number[][] = [];

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, ca: options.certificate, servername: options.name });
  }

  start({ readers, streams }: { readonly readers: number; readonly streams: number }): void {
    const reading = Array.from({ length: readers }, (_, index) =>
      this.#read(READS[index % READS.length] ?? "me"),
    );
    const following = Array.from({ length: streams }, () => this.#follow());
    this.#working = [...reading, ...following];
  }

  async end(): Promise<void> {
    this.#leaving.abort();
    await Promise.all(this.#working);
    this.#agent.destroy();
  }

  async copy(table: string): Promise<void> {
    const answer = await this.ask("POST", "copy", {
      source: `src:public:${table}`,
      target: `dst:public:${table}`,
      strategy: "replace",
    });
    if (answer !== null) this.runs.push((JSON.parse(answer.text) as { id: string }).id);
  }

  async ask(method: string, path: string, body?: unknown): Promise<Answer | null> {
    this.requests += 1;
    try {
      const answer = await this.#send(method, path, body);
      if (answer.status < 300) return answer;
      this.failures.push(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 300)}`);
    } catch (error) {
      this.failures.push(`${method} ${path}: ${String(error)}`);
    }
    return null;
  }

  async #read(path: string): Promise<void> {
    while (!this.#leaving.signal.aborted) {
      await this.ask("GET", path);
      await sleep(PAUSE_MS);
    }
  }

  #open(method: string, path: string, headers: Record<string, string> = {}) {
    const { port, name, key } = this.#options;
    return request({
      host: "127.0.0.1",
      port,
      method,
      path: `/api/v1/${path}`,
      agent: this.#agent,
      headers: { Host: name, Authorization: `Bearer ${key}`, ...headers },
    });
  }

  #send(method: string, path: string, body: unknown): Promise<Answer> {
    const sent = this.#open(method, path, body === undefined ? {} : { "Content-Type": "application/json" });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    return new Promise((resolve, reject) => {
      sent.once("error", reject).once("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.once("error", reject).once("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
    });
  }

  /** A stream ends when its replica does; the reader goes on where it was. */
  async #follow(): Promise<void> {
    const seen: number[] = [];
    this.events.push(seen);
    while (!this.#leaving.signal.aborted) {
      await this.#followOnce(seen);
      this.reconnects += 1;
      await sleep(PAUSE_MS);
    }
  }

  #followOnce(seen: number[]): Promise<void> {
    const last = seen.at(-1);
    const sent = this.#open("GET", "events", last === undefined ? {} : { "Last-Event-ID": String(last) });
    const leave = () => sent.destroy();
    this.#leaving.signal.addEventListener("abort", leave, { once: true });
    sent.end();
    return new Promise<void>((resolve) => {
      sent
        .once("error", () => resolve())
        .once("response", (response) => {
          if (response.statusCode !== 200) this.failures.push(`events: ${response.statusCode}`);
          let text = "";
          response.setEncoding("utf8").on("data", (part: string) => {
            text += part;
            const whole = text.lastIndexOf("\n\n");
            for (const [, id] of text.slice(0, whole + 1).matchAll(/^id: (\d+)$/gm)) seen.push(Number(id));
            text = text.slice(whole + 1);
          });
          response.once("close", () => resolve());
        });
    }).finally(() => this.#leaving.signal.removeEventListener("abort", leave));
  }
}
