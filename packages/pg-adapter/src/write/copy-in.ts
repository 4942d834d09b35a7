import { once } from "node:events";
import { finished } from "node:stream/promises";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";

/** Sends one COPY's lines. After a failure the session must be destroyed. Resolves with the number of rows. */
export async function copyIn(client: Client, statement: string, lines: readonly string[]): Promise<number> {
  const stream = client.query(copyFrom(statement, { highWaterMark: 1 << 20 }));
  const done = finished(stream);
  done.catch(() => {});
  for (const line of lines) {
    if (!stream.write(line)) await Promise.race([once(stream, "drain"), done]);
  }
  stream.end();
  await done;
  return stream.rowCount;
}
