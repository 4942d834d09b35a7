import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { CodedError } from "@syncline/core";
import { redactUrls } from "@syncline/observability/redact-text";
import { CommanderError } from "commander";
import { startCommandLog } from "./command-log.ts";
import { errorDocument, formatError, reportError } from "./errors/print-error.ts";
import { EXIT_CODES, type ExitReason } from "./exit-codes.ts";
import { createProgram } from "./program.ts";
import type { Act, GlobalOptions, Session } from "./session.ts";
import { terminalSettings } from "./terminal/environment.ts";
import { type Interruption, listenForInterrupts } from "./terminal/interrupt.ts";
import { Output, ReaderGone } from "./terminal/output.ts";
import { createPaint } from "./terminal/palette.ts";
import { People } from "./terminal/people.ts";
import { type Progress, ProgressLine, SILENT_PROGRESS } from "./terminal/progress.ts";

/** Runs the command line of this process and ends it with the right exit code. */
export async function runMain(): Promise<void> {
  const argv = process.argv.slice(2);
  process.stderr.on("error", () => {}); // nobody is left to tell
  const code = await runCommandLine(argv);
  process.exit(code);
}

async function runCommandLine(argv: readonly string[]): Promise<number> {
  const interruption = listenForInterrupts((text) => process.stderr.write(`\n${text}\n`));
  const output = new Output(process.stdout, (error) => {
    if (error instanceof ReaderGone) interruption.abort(error);
  });
  let reason: ExitReason = "ok";
  const act: Act =
    (body) =>
    async (...args) => {
      reason = await runBody({ argv, args, interruption, output }, (session) => body(session, ...args));
    };
  let text = "";
  const program = createProgram({
    act,
    out: (part) => {
      text += part;
    },
    err: (part) => {
      if (!wantsJson(argv)) process.stderr.write(redactUrls(part)); // it quotes arguments, URLs too
    },
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return EXIT_CODES[reason].code;
  } catch (error) {
    return await failure(error, { argv, interruption, output, text });
  } finally {
    interruption.release();
  }
}

interface Running {
  readonly argv: readonly string[];
  readonly args: readonly unknown[];
  readonly interruption: Interruption;
  readonly output: Output;
}

async function runBody(
  running: Running,
  body: (session: Session) => Promise<ExitReason>,
): Promise<ExitReason> {
  const globals = globalOptions(running.args);
  const progress = createProgress(globals);
  const log = await startCommandLog(commandName(running.args), globals);
  try {
    const reason = await body(createSession(running, globals, progress));
    log.ended(reason);
    return reason;
  } catch (error) {
    log.failed(error);
    throw error;
  } finally {
    progress.stop();
  }
}

function createSession(
  { argv, interruption, output }: Running,
  globals: GlobalOptions,
  progress: Progress,
): Session {
  const { signal } = interruption;
  const quiet = globals.quiet === true;
  const people = new People({ input: process.stdin, stream: process.stderr, quiet, progress, signal });
  const terminal = terminalSettings(process.stdout, process.env, argv);
  return {
    globals,
    output,
    terminal,
    paint: createPaint(terminal.color),
    people,
    environment: process.env,
    workingFolder: process.cwd(),
    onHangUp: interruption.onHangUp,
    context: {
      signal,
      progress: progress.report,
      warn: (message) => people.warn(message),
      actor: actorName(),
      now: () => new Date(),
      randomBytes: (length) => randomBytes(length),
    },
  };
}

/** The last argument of every action is its command. */
function globalOptions(args: readonly unknown[]): GlobalOptions {
  const command = args.at(-1) as { optsWithGlobals(): GlobalOptions };
  return command.optsWithGlobals();
}

function commandName(args: readonly unknown[]): string {
  return (args.at(-1) as { name(): string }).name();
}

function createProgress(globals: GlobalOptions): Progress {
  if (globals.quiet === true || globals.progress === false) return SILENT_PROGRESS;
  const { redraw, columns } = terminalSettings(process.stderr, process.env);
  return new ProgressLine({
    write: (text) => process.stderr.write(text),
    redraw,
    columns,
    now: () => performance.now(),
  });
}

/** Who is recorded in the target's log. */
function actorName(): string | null {
  const named = process.env.SYNCLINE_ACTOR;
  if (named !== undefined && named !== "") return named;
  try {
    return userInfo().username;
  } catch {
    return null; // a uid without a name
  }
}

interface Failing {
  readonly argv: readonly string[];
  readonly interruption: Interruption;
  readonly output: Output;
  /** What commander wanted on stdout: help or version. */
  readonly text: string;
}

async function failure(error: unknown, { argv, interruption, output, text }: Failing): Promise<number> {
  if (error instanceof CommanderError) {
    if (error.exitCode !== 0) return commanderFailure(error, argv);
    await output.write(text).catch(() => {});
    return EXIT_CODES.ok.code;
  }
  const cause = interruption.signal.aborted ? interruption.signal.reason : error;
  if (cause instanceof ReaderGone || error instanceof ReaderGone) return EXIT_CODES.ok.code;
  return printFailure(cause, argv);
}

/** Commander has already told people; machines get the same as a document. */
function commanderFailure(error: CommanderError, argv: readonly string[]): number {
  const { code } = EXIT_CODES.usage;
  if (wantsJson(argv)) {
    const message = error.message.replace(/^error: /, "");
    const usage = reportError(
      new CodedError("usage.invalid", message, { hint: "Run with --help for usage." }),
    );
    process.stderr.write(`${errorDocument(usage)}\n`);
  }
  return code;
}

function printFailure(error: unknown, argv: readonly string[]): number {
  const report = reportError(error);
  const { color } = terminalSettings(process.stderr, process.env, argv);
  process.stderr.write(
    `${wantsJson(argv) ? errorDocument(report) : formatError(report, createPaint(color))}\n`,
  );
  if (argv.includes("--verbose") && error instanceof Error) process.stderr.write(`${stackOf(error)}\n`);
  return report.exitCode;
}

/** Frames only: the first lines of a stack repeat the message, which may hold values when the error is foreign. */
function stackOf(error: Error): string {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const cause =
    error.cause instanceof Error ? `\n  caused by ${error.cause.name}\n${stackOf(error.cause)}` : "";
  return frames.join("\n") + cause;
}

function wantsJson(argv: readonly string[]): boolean {
  const format = argv.indexOf("--format");
  return (
    argv.includes("--json") || argv.includes("--format=json") || (format >= 0 && argv[format + 1] === "json")
  );
}
