import type { LogLevel } from "@syncline/observability";
import type { ExitReason } from "./exit-codes.ts";
import type { GlobalOptions } from "./session.ts";

export const LOG_LEVELS = [
  "silent",
  "error",
  "warn",
  "info",
  "debug",
  "trace",
] as const satisfies readonly LogLevel[];

/** What a command's run leaves in the log. */
export interface CommandLog {
  ended(reason: ExitReason): void;
  failed(error: unknown): void;
}

const NO_LOG: CommandLog = { ended: () => {}, failed: () => {} };

/** Log lines on stderr when --log-level or --verbose asks for them; the logger is not even loaded otherwise. */
export async function startCommandLog(command: string, globals: GlobalOptions): Promise<CommandLog> {
  const level = globals.logLevel ?? (globals.verbose === true ? "debug" : undefined);
  if (level === undefined) return NO_LOG;
  const { createLogger } = await import("@syncline/observability");
  const logger = createLogger({ level, pretty: globals.logLevel === undefined });
  const startedAt = performance.now();
  const durationMs = () => Math.round(performance.now() - startedAt);
  logger.debug({ command }, "started");
  return {
    ended: (reason) => logger.info({ command, outcome: reason, durationMs: durationMs() }, "ended"),
    failed: (error) => logger.error({ command, err: error, durationMs: durationMs() }, "failed"),
  };
}
