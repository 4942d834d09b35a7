import type { Logger } from "@syncline/observability";
import type { ServiceLog } from "@syncline/runtime/services";

/** Where services say what they do: the process's log. */
export function serviceLog(logger: Logger): ServiceLog {
  return (level, message, fields = {}) => logger[level](fields, message);
}
