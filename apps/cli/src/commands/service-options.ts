import { JOB_KINDS } from "@syncline/jobs";
import { type Command, Option } from "commander";

/** Options of every command that starts a process or looks for one. */
export interface PlaceOptions {
  readonly databaseUrl?: string;
  readonly stateDirectory?: string;
}

export interface RunOptions extends PlaceOptions {
  readonly host?: string;
  readonly port?: string;
  readonly dumpDirectory?: string;
  readonly leaderElection: boolean;
}

export interface ServerOptions extends RunOptions {
  readonly newKey?: boolean;
  readonly newAdminLink?: boolean;
}

export interface ServiceRunOptions extends RunOptions {
  readonly mode?: string;
  readonly interval?: string;
  readonly once?: boolean;
}

export function addPlaceOptions(command: Command): Command {
  return command
    .option(
      "--database-url <url>",
      "control database that processes share (default: SYNCLINE_DATABASE_URL, DATABASE_URL, or an embedded one)",
    )
    .option(
      "--state-directory <folder>",
      "where the embedded database, results and dumps lie (default: .syncline/server)",
    );
}

export function addRunOptions(command: Command): Command {
  return addPlaceOptions(command)
    .option("--host <address>", "address to listen on (default: HOST or 127.0.0.1)")
    .option("--port <n>", "port to listen on, 0 for any free one (default: PORT or 8270)")
    .option("--dump-directory <folder>", "folder of exports and imports (default: DUMP_DIRECTORY)")
    .option("--no-leader-election", "do duties that exist once in every process");
}

export function addServiceRunOptions(command: Command): Command {
  return addRunOptions(command)
    .addOption(new Option("--mode <kind>", "only jobs of this kind").choices(JOB_KINDS))
    .option("--interval <duration>", "run the jobs this often instead of by their schedules, like 5m")
    .option("--once", "run each job once, then end: 0 all done, 3 some in part, 6 conflicts");
}
