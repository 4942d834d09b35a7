export type { BiSyncReport } from "./bi-sync-report.ts";
export { type BiSyncBooks, type CycleEnd, endBiSync, runBiSync } from "./run-bi-sync.ts";
