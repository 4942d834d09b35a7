/** What a stream and the environment allow: decided once in main, passed to whoever prints. */
export interface TerminalSettings {
  readonly color: boolean;
  /** Whether lines may be redrawn. */
  readonly redraw: boolean;
  readonly columns: number;
}

interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const DEFAULT_COLUMNS = 100;

/** `NO_COLOR` and `FORCE_COLOR` follow no-color.org and Node; `CI` and `TERM=dumb` never get redrawn lines. */
export function terminalSettings(
  stream: TerminalStream,
  environment: NodeJS.ProcessEnv,
  argv: readonly string[] = [],
): TerminalSettings {
  const dumb = environment.TERM === "dumb";
  const ci = isSet(environment.CI) && environment.CI !== "false";
  const terminal = stream.isTTY === true;
  return {
    color: wantsColor(environment, argv) ?? (terminal && !dumb),
    redraw: terminal && !dumb && !ci,
    columns: stream.columns ?? (Number(environment.COLUMNS) || DEFAULT_COLUMNS),
  };
}

function wantsColor(environment: NodeJS.ProcessEnv, argv: readonly string[]): boolean | undefined {
  if (argv.includes("--no-color")) return false;
  if (isSet(environment.NO_COLOR)) return false;
  if (environment.FORCE_COLOR !== undefined)
    return environment.FORCE_COLOR !== "0" && environment.FORCE_COLOR !== "false";
  return undefined;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
