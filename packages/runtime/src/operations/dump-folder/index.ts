export { byLabel } from "./by-label.ts";
export type { DumpEntry } from "./dump-entries.ts";
export { DumpFolder, type DumpFolderOptions, type OpenedDump, type WantedDump } from "./dump-folder.ts";
export { projectDumps } from "./dump-paths.ts";
export type { NewDump } from "./new-dump.ts";
export type { DumpLimits } from "./plan-cleanup.ts";
