/** A long-running part of a process. */
export interface Service {
  readonly name: string;
  /**
   * Works until `drain` or `stop` and then resolves. A rejection is a failure: the supervisor runs it again after a
   * pause, so it must be possible to run it again.
   */
  run(): Promise<void>;
  /** Takes no new work; resolves when what was begun is finished. */
  drain(): Promise<void>;
  /** Ends at once what is left; resolves when nothing runs any more. Safe to repeat. */
  stop(): Promise<void>;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Where services say what they do. Fields hold names, ids and counts, never row values or addresses. */
export type ServiceLog = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

export const SILENT: ServiceLog = () => {};
