/** A PostgreSQL server that tests may make databases on. */
export interface TestServer {
  /** Connects to a database in which `CREATE DATABASE` is allowed. */
  readonly url: string;
  readonly origin: "TEST_DATABASE_URL" | "embedded" | "container";
  /** Ends the server when we started it. */
  stop(): Promise<void>;
}
