import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { copyFromStdin } from "./copy-from-stdin.ts";

/** What pg calls on a query, and the driver's stream on a connection. */
interface Driven {
  submit(connection: object): void;
  handleCopyInResponse(connection: object): void;
  handleError(error: Error): void;
}

function slowConnection() {
  const socket = Object.assign(new EventEmitter(), { write: () => false });
  return { stream: socket, query() {}, sendCopyFail() {} };
}

function running() {
  const connection = slowConnection();
  const stream = copyFromStdin("COPY t FROM STDIN");
  const errors: Error[] = [];
  stream.on("error", (error) => errors.push(error));
  const driven = stream as unknown as Driven;
  driven.submit(connection);
  driven.handleCopyInResponse(connection);
  return { stream, driven, errors, socket: connection.stream };
}

test.each(["open", "ended", "destroyed"])(
  "chunks that wait when the server ends a COPY are dropped, %s",
  (state) => {
    const { stream, driven, errors, socket } = running();
    for (const chunk of ["a", "b", "c"]) stream.write(Buffer.from(chunk));
    if (state === "ended") stream.end();
    driven.handleError(new Error("canceled"));
    if (state === "destroyed") stream.destroy();
    expect(() => socket.emit("drain")).not.toThrow();
    expect(errors.map(({ message }) => message)).toEqual(["canceled"]);
  },
);
