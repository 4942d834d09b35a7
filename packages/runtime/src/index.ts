export { checkPlace } from "./check-place.ts";
export { checkServer, type ServerCheck } from "./check-server.ts";
export {
  createExportFile,
  createRowDirectory,
  type ExportFileOptions,
  type OpenExportFileOptions,
  openAnyEndpoint,
  openBulk,
  openDefinitions,
  openEndpoint,
  openExportFile,
  openRenumbering,
  openRowDirectory,
  openRowsEndpoint,
  openSchemaEngine,
  openSqlImport,
  openSqlParser,
  openTables,
  openTarget,
  type RowDirectoryOptions,
  readClock,
  readMarks,
} from "./endpoint-registry.ts";
export { assertFlow, type WantedFlow } from "./flow.ts";
export { type ListedTable, listTables, type TablesOfPlace } from "./list-tables.ts";
export { listTenants } from "./list-tenants.ts";
export {
  type AnyPlace,
  type DirectoryPlace,
  isRemote,
  type Place,
  type RemotePlace,
  resolveAnyPlace,
  resolvePlace,
  resolveRemote,
} from "./place.ts";
export type { RowsEndpointOptions } from "./rows-endpoint.ts";
export { type OpenWorkspaceOptions, openWorkspace, type Workspace } from "./workspace.ts";
