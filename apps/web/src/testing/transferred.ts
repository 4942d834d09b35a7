import type { Page, Response } from "playwright-core";

export interface Transferred {
  /** Bytes of JavaScript as they came over the wire. */
  readonly script: number;
  /** Of everything. */
  readonly all: number;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly encoding: string }[];
}

/** Watches what a page loads; call it before the page goes anywhere. */
export function watchTransfers(page: Page): () => Promise<Transferred> {
  const responses: Response[] = [];
  page.on("response", (response) => {
    // A stream of events has no end, so no size.
    if (!response.url().endsWith("/events")) responses.push(response);
  });
  return async () => {
    const files = await Promise.all(
      responses.map(async (response) => {
        const { responseBodySize } = await response.request().sizes();
        const { "content-encoding": encoding = "identity", "content-type": type = "" } = response.headers();
        return { name: new URL(response.url()).pathname, bytes: responseBodySize, encoding, type };
      }),
    );
    const sum = (list: typeof files) => list.reduce((total, { bytes }) => total + bytes, 0);
    return { script: sum(files.filter(({ type }) => type.includes("javascript"))), all: sum(files), files };
  };
}
