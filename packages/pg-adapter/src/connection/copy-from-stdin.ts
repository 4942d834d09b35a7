import { type CopyStreamQuery, from as copyFrom } from "pg-copy-streams";

/**
 * COPY … FROM STDIN that the server may end at any moment. The driver's stream forgets its connection with the server's
 * error, and would still write what waits in it as soon as the socket drains, outside of every try. Such chunks are dropped.
 */
export function copyFromStdin(statement: string): CopyStreamQuery {
  const stream = copyFrom(statement);
  stream.once("error", () => Object.assign(stream, { chunks: [], flush: () => {} }));
  return stream;
}
