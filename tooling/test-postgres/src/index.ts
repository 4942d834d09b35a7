export { type OpenSession, openSessions, SessionLeakError } from "./open-sessions.ts";
export { queryOnce } from "./query-once.ts";
export { findInstalledBinDir, startSecondServer } from "./second-server.ts";
export { type ServerCopies, startServerCopies } from "./server-copies.ts";
export { testServerUrl } from "./server-url.ts";
export { startTestServer } from "./start-test-server.ts";
export {
  createTestDatabase,
  type TestDatabase,
  type TestDatabaseOptions,
  withDatabase,
} from "./test-database.ts";
export type { TestServer } from "./test-server.ts";
export { TYPE_ZOO, ZOO_TYPES, type ZooColumn, zooStatements } from "./type-zoo.ts";
