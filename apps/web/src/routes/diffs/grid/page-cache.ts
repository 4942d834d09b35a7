/** A part of a page: fewer items than were asked for where they are long. */
export interface PagePart<Row> {
  readonly items: readonly Row[];
  /** There is nothing after these. */
  readonly last: boolean;
  /** A search has not come that far: ask again. */
  readonly searching: boolean;
}

export type ReadPage<Row> = (wanted: {
  readonly offset: number;
  readonly limit: number;
  readonly signal: AbortSignal;
}) => Promise<PagePart<Row>>;

interface PageCacheOptions<Row> {
  readonly read: ReadPage<Row>;
  readonly pageRows: number;
  /** Pages that are kept; those not wanted for longest go first. */
  readonly keptPages?: number;
  /** Between questions of a search that goes on. */
  readonly askAgainMs?: number;
}

interface Page<Row> {
  readonly rows: Row[];
  done: boolean;
  error: unknown;
  abort: AbortController | null;
}

const KEPT_PAGES = 60;
const ASK_AGAIN_MS = 150;

/**
 * Rows of a long list, in pages by their place. What is wanted is read; what is no longer wanted while it is read is
 * given up. A page that failed stays failed until it is asked for again by `retry`.
 */
export class PageCache<Row> {
  readonly #options: Required<PageCacheOptions<Row>>;
  /** In the order in which they were wanted last. */
  readonly #pages = new Map<number, Page<Row>>();
  readonly #watchers = new Set<() => void>();
  #version = 0;
  #wanted: readonly number[] = [];

  constructor(options: PageCacheOptions<Row>) {
    this.#options = { keptPages: KEPT_PAGES, askAgainMs: ASK_AGAIN_MS, ...options };
  }

  /** Changes with every row that comes. */
  get version(): number {
    return this.#version;
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  rowAt(index: number): Row | undefined {
    const { pageRows } = this.#options;
    return this.#pages.get(Math.floor(index / pageRows))?.rows[index % pageRows];
  }

  /** What went wrong with something that is looked at; null: nothing. */
  wantedError(): unknown {
    return (
      this.#wanted.map((number) => this.#pages.get(number)?.error ?? null).find((error) => error !== null) ??
      null
    );
  }

  /** These rows are looked at, the second not included. Others that are being read are given up. */
  want(first: number, end: number): void {
    const { pageRows, keptPages } = this.#options;
    const wanted: number[] = [];
    if (end > first)
      for (let page = Math.floor(first / pageRows); page * pageRows < end; page += 1) wanted.push(page);
    this.#wanted = wanted;
    for (const [number, page] of this.#pages) {
      if (page.abort === null || wanted.includes(number)) continue;
      page.abort.abort();
      page.abort = null;
      if (page.rows.length === 0) this.#pages.delete(number);
    }
    for (const number of wanted) this.#touch(number);
    for (const number of this.#pages.keys()) {
      if (this.#pages.size <= keptPages) break;
      if (!wanted.includes(number)) this.#pages.delete(number);
    }
  }

  /** Reads again what failed among what is looked at. */
  retry(): void {
    for (const [number, page] of this.#pages) if (page.error !== null) this.#pages.delete(number);
    for (const number of this.#wanted) this.#touch(number);
    this.#tell();
  }

  /** Nothing is looked at any more. */
  stop(): void {
    this.want(0, 0);
  }

  #touch(number: number): void {
    const page = this.#pages.get(number) ?? { rows: [], done: false, error: null, abort: null };
    this.#pages.delete(number);
    this.#pages.set(number, page);
    if (page.done || page.abort !== null || page.error !== null) return;
    page.abort = new AbortController();
    void this.#fill(number, page, page.abort.signal);
  }

  async #fill(number: number, page: Page<Row>, signal: AbortSignal): Promise<void> {
    const { read, pageRows, askAgainMs } = this.#options;
    try {
      while (page.rows.length < pageRows) {
        const offset = number * pageRows + page.rows.length;
        const part = await read({ offset, limit: pageRows - page.rows.length, signal });
        if (signal.aborted) return;
        page.rows.push(...part.items);
        if (part.items.length > 0) this.#tell();
        if (part.last && !part.searching) break;
        if (part.items.length === 0 && !part.searching) break;
        if (part.searching) await new Promise((resolve) => setTimeout(resolve, askAgainMs));
        if (signal.aborted) return;
      }
      page.done = true;
    } catch (error) {
      if (signal.aborted) return;
      page.error = error;
    }
    page.abort = null;
    this.#tell();
  }

  #tell(): void {
    this.#version += 1;
    for (const watcher of this.#watchers) watcher();
  }
}
