import { type DestinationStream, type Logger, pino } from "pino";
import { SECRET_FIELDS } from "./log-fields.ts";
import { prettyStream } from "./pretty-stream.ts";
import { redactText } from "./redact-text.ts";
import { serializeError } from "./serialize-error.ts";

export type LogLevel = "silent" | "fatal" | "error" | "warn" | "info" | "debug" | "trace";

export interface CreateLoggerOptions {
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Default stderr, since stdout is data. */
  readonly destination?: DestinationStream;
  /** One readable line each instead of JSON; for terminals. */
  readonly pretty?: boolean;
  /** Fields of what is going on when a line is written, such as its trace. */
  readonly mixin?: () => object;
}

export type { Logger } from "pino";

const STDERR: DestinationStream = { write: (line) => void process.stderr.write(line) };

/** A logger whose lines hold no passwords, connection strings, row values or SQL parameters. */
export function createLogger(options: CreateLoggerOptions = {}): Logger {
  const destination = options.destination ?? STDERR;
  return pino(
    {
      level: options.level ?? "info",
      base: null,
      ...(options.mixin === undefined ? {} : { mixin: options.mixin }),
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError, error: serializeError },
      redact: { paths: redactPaths(), censor: "[redacted]" },
      hooks: { logMethod: redactMessages },
    },
    options.pretty === true ? prettyStream(destination) : destination,
  );
}

function redactPaths(): string[] {
  return SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
}

/** The message and its arguments are text that anybody may have put a connection string into. */
function redactMessages(this: Logger, args: unknown[], method: (...inner: unknown[]) => void): void {
  method.apply(
    this,
    args.map((argument) => {
      if (typeof argument === "string") return redactText(argument);
      return argument instanceof Error ? { err: argument, msg: serializeError(argument).message } : argument;
    }),
  );
}
