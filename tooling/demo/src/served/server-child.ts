import { type ChildProcess, spawn } from "node:child_process";
import { SYNCLINE } from "../syncline.ts";

const LISTENS = /listens on (http:\/\/[^\s]+)/;
const SETUP = /\/accept#(\S+)/;
const KEY = /slk_\w+_[\w-]{43}/;

export interface ServerChild {
  readonly url: string;
  /** By which the first administrator becomes one. */
  readonly setup: string;
  /** An administrator's, of no person. */
  readonly key: string;
  /** Resolves with the exit status. */
  readonly ended: Promise<number>;
  stop(): void;
}

export interface StartServerChild {
  readonly folder: string;
  readonly port: string;
  readonly databaseUrl: string;
  readonly stateFolder: string;
  readonly dashboard: string;
}

/** `syncline server`; what it says after its greeting goes to this terminal. */
export async function startServerChild(options: StartServerChild): Promise<ServerChild> {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      SYNCLINE,
      "server",
      "--log-level",
      "error",
      "--port",
      options.port,
      "--state-directory",
      options.stateFolder,
    ],
    {
      cwd: options.folder,
      env: {
        ...process.env,
        NO_COLOR: "1",
        SYNCLINE_DATABASE_URL: options.databaseUrl,
        SYNCLINE_DASHBOARD_DIRECTORY: options.dashboard,
        SYNCLINE_GRACE: "3s",
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // Ctrl-C is for this process, which then asks it to end
    },
  );
  const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)));
  const told = await greeting(child, ended);
  return {
    url: LISTENS.exec(told)?.[1] ?? "",
    setup: SETUP.exec(told)?.[1] ?? "",
    key: KEY.exec(told)?.[0] ?? "",
    ended,
    stop: () => void child.kill("SIGTERM"),
  };
}

/** What it tells until it has told the address and the administrator's key. */
async function greeting(child: ChildProcess, ended: Promise<number>): Promise<string> {
  let told = "";
  let complete = false;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  void ended.then((code) => reject(new Error(`The server ended with ${code}:\n${told}`)));
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      if (complete) {
        process.stderr.write(text);
        return;
      }
      told += text;
      if (![LISTENS, SETUP, KEY].every((pattern) => pattern.test(told))) return;
      // The rest of the greeting, which comes at once, is not for this terminal.
      resolve(told);
      setTimeout(() => {
        complete = true;
      }, 500).unref();
    });
  return promise;
}
