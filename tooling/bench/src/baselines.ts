import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { to as copyTo } from "pg-copy-streams";
import type { Databases } from "./databases.ts";
import { timed } from "./measure.ts";

const COLUMNS = "id, name, amount, score, attributes, digest, created_at, updated_at";

/** The least that a comparison of unordered rows can cost: one pass that hashes every row. */
const HASH_SCAN = `
SELECT count(*), sum(hash_record_extended(ROW(b), 0)), sum(hash_record_extended(ROW(b), 1))
FROM (SELECT record_send(ROW(${COLUMNS})) AS b FROM public.items OFFSET 0) s`;

const NO_WORKERS = "SET max_parallel_workers_per_gather = 0; SET jit = off";

async function onBoth(
  databases: Databases,
  pair: readonly [string, string],
  statement: string,
): Promise<number> {
  const clients = await Promise.all(pair.map((name) => databases.open(name)));
  try {
    await Promise.all(clients.map((client) => client.query(NO_WORKERS)));
    return await timed(() => Promise.all(clients.map((client) => client.query(statement))));
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

export function countBoth(databases: Databases, pair: readonly [string, string]): Promise<number> {
  return onBoth(databases, pair, "SELECT count(*) FROM public.items");
}

export function hashScanBoth(databases: Databases, pair: readonly [string, string]): Promise<number> {
  return onBoth(databases, pair, HASH_SCAN);
}

/** Both tables read whole by COPY at once, the bytes thrown away. */
export async function readBoth(databases: Databases, pair: readonly [string, string]): Promise<number> {
  const clients = await Promise.all(pair.map((name) => databases.open(name)));
  try {
    const sink = () => new Writable({ highWaterMark: 1 << 20, write: (_chunk, _encoding, done) => done() });
    return await timed(() =>
      Promise.all(
        clients.map((client) => pipeline(client.query(copyTo("COPY public.items TO STDOUT")), sink())),
      ),
    );
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}
