import type { LookupFunction } from "node:net";
/** How to reach one database. Secrets stay in here and are never printed. */
export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  /** libpq's meaning; `prefer` tries TLS and falls back. */
  readonly sslMode: "disable" | "prefer" | "require" | "verify-ca" | "verify-full";
  /** PEM text of the certificate authority for `verify-*`. */
  readonly sslRootCert?: string;
  readonly connectTimeoutMs: number;
  readonly applicationName: string;
  /**
   * Gives the addresses of `host`, whatever its spelling, and refuses those that must not be reached: connections are
   * made to these and no others, and no socket file is opened. Absent: the system's look-up.
   */
  readonly lookup?: LookupFunction;
}

/** The rows of one tenant: a schema of a database, all of it or one value of the tenant column. */
export interface PgScope {
  readonly connection: ConnectionOptions;
  /** Where table names without a schema are looked up. */
  readonly schema: string;
  /** Column tenancy: only rows with this value, and the column itself is neither compared nor in patches. */
  readonly tenantColumn: { readonly name: string; readonly value: string } | null;
}
