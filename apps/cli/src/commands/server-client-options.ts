import type { Command } from "commander";

/** Options of every command that talks to a running server; which one may also come from `--server` and the config. */
export interface ServerClientOptions {
  readonly url?: string;
  readonly project?: string;
}

export function addServerClientOptions(command: Command): Command {
  return command
    .option("--url <url>", "address of a running Syncline server; its key comes from SYNCLINE_API_KEY")
    .option("--project <slug>", "project, for a key of all projects");
}
