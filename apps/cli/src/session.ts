import type { RunContext } from "@syncline/engine";
import type { LogLevel } from "@syncline/observability";
import type { ExitReason } from "./exit-codes.ts";
import type { TerminalSettings } from "./terminal/environment.ts";
import type { Output } from "./terminal/output.ts";
import type { Paint } from "./terminal/palette.ts";
import type { People } from "./terminal/people.ts";

/** Options that every command understands. */
export interface GlobalOptions {
  readonly config?: string;
  readonly server?: string;
  readonly quiet?: boolean;
  readonly progress?: boolean;
  readonly color?: boolean;
  readonly verbose?: boolean;
  readonly logLevel?: LogLevel;
}

/** What a command gets: where data and words go, how to ask, when to stop. */
export interface Session {
  readonly globals: GlobalOptions;
  readonly output: Output;
  /** Settings of stdout; those of stderr are inside `people`. */
  readonly terminal: TerminalSettings;
  readonly paint: Paint;
  readonly people: People;
  readonly context: RunContext;
  readonly environment: NodeJS.ProcessEnv;
  readonly workingFolder: string;
  /** A hang-up (SIGHUP) calls this from now on instead of ending the command. */
  readonly onHangUp: (handler: () => void) => void;
}

export type CommandBody<Args extends unknown[]> = (session: Session, ...args: Args) => Promise<ExitReason>;

/** Wraps the body of a command into what commander calls. */
export type Act = <Args extends unknown[]>(body: CommandBody<Args>) => (...args: Args) => Promise<void>;
