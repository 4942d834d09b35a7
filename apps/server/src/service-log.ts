import { type Logger, redactText } from "@syncline/observability";
import type { ServiceLog } from "@syncline/runtime/services";

/** Where services say what they do: the process's log. An error comes as text and is no object to serialise. */
export function serviceLog(logger: Logger): ServiceLog {
  return (level, message, { error, ...fields } = {}) =>
    logger[level](typeof error === "string" ? { ...fields, reason: redactText(error) } : fields, message);
}
