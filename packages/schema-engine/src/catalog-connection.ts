import type pg from "pg";

/** Opens a session of its own, which the engine ends. Rejects with a CodedError. */
export type OpenConnection = () => Promise<pg.Client>;

/** What is read together: one session's view of a database, at the instant of an exported snapshot when there is one. */
export interface CatalogSource {
  readonly connect: OpenConnection;
  /** Of `pg_export_snapshot`, held by somebody else as long as the engine reads; null for the present. */
  readonly snapshot: string | null;
}
