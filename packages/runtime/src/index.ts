export { checkServer, type ServerCheck } from "./check-server.ts";
export {
  createRowDirectory,
  openAnyEndpoint,
  openBulk,
  openDefinitions,
  openEndpoint,
  openRowDirectory,
  openRowsEndpoint,
  openSchemaEngine,
  openSqlImport,
  openSqlParser,
  openTables,
  openTarget,
  type RowDirectoryOptions,
} from "./endpoint-registry.ts";
export { assertFlow, type WantedFlow } from "./flow.ts";
export { type AnyPlace, type DirectoryPlace, type Place, resolveAnyPlace, resolvePlace } from "./place.ts";
export type { RowsEndpointOptions } from "./rows-endpoint.ts";
export { type OpenWorkspaceOptions, openWorkspace, type Workspace } from "./workspace.ts";
