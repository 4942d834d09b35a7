export { type CreateLoggerOptions, createLogger, type Logger, type LogLevel } from "./create-logger.ts";
export { LOG_FIELDS, SECRET_FIELDS } from "./log-fields.ts";
export { redactText, redactUrls, redactUrlsIn } from "./redact-text.ts";
export { type LoggedError, serializeError } from "./serialize-error.ts";
