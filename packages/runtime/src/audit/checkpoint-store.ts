import { isCodedError, type SignedCheckpoint } from "@syncline/core";
import type { ObjectStore } from "@syncline/engine";

const SEQ_DIGITS = 16;
const PAGE = 1_000;

/** Copies of checkpoints beside the control database, `audit/<organization>/<place>.json`: who rewrites the one does not reach the other. */
export class CheckpointStore {
  readonly #objects: ObjectStore;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /** Keeps what is there already. */
  async put(
    organizationId: string,
    seq: number,
    { statement, publicKey, signature }: SignedCheckpoint,
  ): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify({ statement, publicKey, signature })}\n`);
    try {
      await this.#objects.put({ key: keyOf(organizationId, seq), body: once(bytes), ifAbsent: true });
    } catch (error) {
      if (!isCodedError(error) || error.code !== "file.exists") throw error;
    }
  }

  /** Places that have one, in their order. */
  async *places(organizationId: string): AsyncGenerator<number, void> {
    const prefix = `audit/${organizationId}/`;
    let after: string | undefined;
    for (;;) {
      const page = await this.#objects.list({
        prefix,
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      for (const { key } of page.items) {
        const [, digits] = /\/(\d{16})\.json$/.exec(key) ?? [];
        if (digits !== undefined) yield Number(digits);
      }
      if (page.next === null) return;
      after = page.next;
    }
  }

  /** As it lies there; what cannot be read is given as a checkpoint that nothing is said by. */
  async get(organizationId: string, seq: number): Promise<SignedCheckpoint> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#objects.get(keyOf(organizationId, seq), { length: 4096 }))
      pieces.push(piece);
    try {
      const value = JSON.parse(Buffer.concat(pieces).toString("utf8")) as Record<string, unknown>;
      const { statement, publicKey, signature } = value;
      if (typeof statement === "string" && typeof publicKey === "string" && typeof signature === "string")
        return { statement, publicKey, signature };
    } catch {
      // told by who verifies
    }
    return { statement: "", publicKey: "", signature: "" };
  }
}

function keyOf(organizationId: string, seq: number): string {
  return `audit/${organizationId}/${String(seq).padStart(SEQ_DIGITS, "0")}.json`;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
