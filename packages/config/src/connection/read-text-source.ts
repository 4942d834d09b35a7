import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { CodedError } from "@syncline/core";
import type { TextSource } from "../config.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const MAX_BYTES = 64 * 1024;

/**
 * The text that a reference stands for. `about` names it for errors: `the password of server "prod"`.
 * Throws `config.secret_unavailable`; neither the text nor what a command printed appears in it.
 */
export async function readTextSource(
  source: TextSource,
  options: { readonly env: Environment; readonly about: string; readonly signal?: AbortSignal },
): Promise<string> {
  const text = await readRaw(source, options);
  if (text.includes("\0")) throw unavailable(options.about, "it contains a NUL character");
  if (text === "") throw unavailable(options.about, `${describeSource(source)} is empty`);
  return text;
}

function readRaw(
  source: TextSource,
  options: { readonly env: Environment; readonly about: string; readonly signal?: AbortSignal },
): string | Promise<string> {
  switch (source.kind) {
    case "literal":
      return source.value.reveal();
    case "env":
      return readEnvironment(source.name, options.env, options.about);
    case "file":
      return readSecretFile(source.path, options.about);
    case "command":
      return runCommand(source, options);
  }
}

/** `the environment variable "PGPASS"`; never its value. */
export function describeSource(source: TextSource): string {
  switch (source.kind) {
    case "literal":
      return "the value in the file";
    case "env":
      return `the environment variable "${source.name}"`;
    case "file":
      return `the file "${source.path}"`;
    case "command":
      return `the output of "${source.argv[0]}"`;
  }
}

function readEnvironment(name: string, env: Environment, about: string): string {
  const value = env[name];
  if (value !== undefined) return value;
  throw unavailable(about, `the environment variable "${name}" is not set`, `Set ${name} and try again.`);
}

async function readSecretFile(path: string, about: string): Promise<string> {
  try {
    const content = await readFile(path, "utf8");
    return cutNewline(content.slice(0, MAX_BYTES));
  } catch (error) {
    throw unavailable(
      about,
      `the file "${path}" cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`,
      "Check the path and its permissions.",
    );
  }
}

function runCommand(
  source: Extract<TextSource, { kind: "command" }>,
  options: { readonly env: Environment; readonly about: string; readonly signal?: AbortSignal },
): Promise<string> {
  const [program = "", ...argv] = source.argv;
  const settings = {
    timeout: source.timeoutMs,
    maxBuffer: MAX_BYTES,
    env: options.env as NodeJS.ProcessEnv,
    killSignal: "SIGKILL" as const,
    windowsHide: true,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  return new Promise((resolve, reject) => {
    const child = execFile(program, argv, settings, (error, stdout) => {
      // The error of execFile quotes what the command wrote to stderr: it must not become the cause.
      if (error === null) resolve(cutNewline(stdout));
      else
        reject(
          unavailable(
            options.about,
            `the command "${program}" ${commandProblem(error, source.timeoutMs)}`,
            "Run the command by hand to see why.",
          ),
        );
    });
    child.stdin?.end();
  });
}

function commandProblem(
  error: Error & { readonly code?: unknown; readonly killed?: boolean },
  timeoutMs: number,
): string {
  if (error.name === "AbortError") return "was interrupted";
  if (error.code === "ENOENT") return "was not found";
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return `printed more than ${MAX_BYTES} bytes`;
  if (error.killed === true) return `did not end within ${timeoutMs} ms`;
  return `failed with ${typeof error.code === "number" ? `status ${error.code}` : String(error.code ?? "a signal")}`;
}

function cutNewline(text: string): string {
  return text.replace(/\r?\n$/, "");
}

function unavailable(about: string, problem: string, hint?: string): CodedError {
  return new CodedError(
    "config.secret_unavailable",
    `Cannot read ${about}: ${problem}.`,
    hint === undefined ? {} : { hint },
  );
}
