import { once } from "node:events";
import type { CommandFolder } from "./run-syncline.ts";

export interface RunningServer {
  readonly url: string;
  /** Of the first administrator. */
  readonly key: string;
  stop(): Promise<void>;
}

/** A real `syncline server` with the folder's config, on a fresh control database. */
export async function runServer(folder: CommandFolder, databaseUrl: string): Promise<RunningServer> {
  const { child, ended } = folder.start(["server", "--port", "0", "--database-url", databaseUrl]);
  let told = "";
  child.stderr.on("data", (text: string) => {
    told += text;
  });
  const until = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(told)?.[0];
      if (found !== undefined) return found;
      if (child.exitCode !== null) throw new Error(`the server ended: ${told}`);
      await Promise.race([once(child.stderr, "data"), ended]);
    }
  };
  return {
    url: await until(/http:\/\/127\.0\.0\.1:\d+(?=\s)/),
    key: await until(/slk_\S+(?=\s)/),
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
