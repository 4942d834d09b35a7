import type { LookupFunction } from "node:net";
import { inspect } from "node:util";
import type { SslMode } from "../config.ts";

/** How to reach one database: the shape that adapters take as connection options. */
export interface ServerConnection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  readonly sslMode: SslMode;
  /** PEM text. */
  readonly sslRootCert?: string;
  readonly connectTimeoutMs: number;
  readonly applicationName: string;
  /** Gives the addresses of the host that may be connected to; absent: the system's. */
  readonly lookup?: LookupFunction;
}

/** The same object, whose printed and JSON forms lack the password. A spread copy is an ordinary object again. */
export function withHiddenPassword(connection: ServerConnection): ServerConnection {
  const { password, sslRootCert: _certificate, ...shown } = connection;
  const redacted = () => (password === undefined ? shown : { ...shown, password: "[redacted]" });
  return Object.defineProperties(connection, {
    toJSON: { value: redacted, enumerable: false },
    [inspect.custom]: { value: redacted, enumerable: false },
  });
}
