export { sendTestMessage } from "./alerts/index.ts";
export {
  type CreateRunServicesOptions,
  createRunServices,
  type RunServicesLimits,
} from "./create-run-services.ts";
export * from "./kill-points.ts";
export { finishedRun, NO_METRICS, type ServiceMetrics } from "./metrics.ts";
export { PollingService } from "./polling-service.ts";
export { placesOfRun } from "./run-places.ts";
export { type RunServicesOptions, runServices } from "./run-services.ts";
export { type LogLevel, type Service, type ServiceLog, SILENT } from "./service.ts";
export { EXECUTORS } from "./worker/executors.ts";
export { firstUnitOf } from "./worker/first-unit.ts";
export type { Executors, UnitExecutor, UnitResult, UnitTools, UnitWork } from "./worker/unit-executor.ts";
