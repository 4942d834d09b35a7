export { checkServer, type ServerCheck } from "./check-server.ts";
export { openEndpoint, openTarget } from "./endpoint-registry.ts";
export { type Place, resolvePlace } from "./place.ts";
export { type OpenWorkspaceOptions, openWorkspace, type Workspace } from "./workspace.ts";
