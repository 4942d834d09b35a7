import type { Endpoint, LockedTables, LockRequest } from "../../ports/endpoint.ts";

/**
 * Opens the base of a merge twice as of one instant, where its snapshot can be shared: the first one opened holds its
 * snapshot until both are closed.
 */
export class HeldBase {
  readonly #open: () => Promise<Endpoint>;
  #token: Promise<string | null> | null = null;
  #held: Endpoint | null = null;

  constructor(open: () => Promise<Endpoint>) {
    this.#open = open;
  }

  /** The comparison that holds the instant; it must outlive those of `openAgain`. */
  async openFirst(): Promise<Endpoint> {
    const endpoint = await this.#open();
    this.#held = endpoint;
    return withBegin(endpoint, async (locked, shared) => {
      const begun = locked.begin(shared);
      this.#token = begun.then(
        ({ token }) => token,
        () => null,
      );
      return begun;
    });
  }

  async openAgain(): Promise<Endpoint> {
    const endpoint = await this.#open();
    return withBegin(endpoint, async (locked, shared) => locked.begin((await this.#token) ?? shared));
  }

  async close(): Promise<void> {
    await this.#held?.close();
  }
}

type Begin = (locked: LockedTables, shared: string | null) => ReturnType<LockedTables["begin"]>;

function withBegin(endpoint: Endpoint, begin: Begin): Endpoint {
  return {
    label: endpoint.label,
    tenantSchema: endpoint.tenantSchema,
    named: endpoint.named,
    lock: async (request: LockRequest) => {
      const locked = await endpoint.lock(request);
      return { database: locked.database, begin: (shared) => begin(locked, shared) };
    },
    close: () => endpoint.close(),
  };
}
