import { Command, Option } from "commander";
import { LOG_LEVELS } from "./command-log.ts";
import { defineAudit } from "./commands/audit.ts";
import { defineCompletion } from "./commands/completion.ts";
import { defineConfig } from "./commands/config.ts";
import { defineConflicts } from "./commands/conflicts.ts";
import { defineCopy } from "./commands/copy.ts";
import { defineDiff } from "./commands/diff.ts";
import { defineExport } from "./commands/export.ts";
import { withExamples } from "./commands/help-text.ts";
import { defineImport } from "./commands/import.ts";
import { defineLog } from "./commands/log.ts";
import { definePatch } from "./commands/patch.ts";
import { definePeople } from "./commands/people.ts";
import { definePull } from "./commands/pull.ts";
import { definePush } from "./commands/push.ts";
import { defineReview } from "./commands/review.ts";
import { defineSecrets } from "./commands/secrets.ts";
import { defineServer } from "./commands/server.ts";
import { defineService } from "./commands/service.ts";
import { defineUndo } from "./commands/undo.ts";
import { formatExitCodes } from "./exit-codes.ts";
import type { Act } from "./session.ts";
import { VERSION } from "./version.ts";

export interface ProgramOptions {
  readonly act: Act;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const ENDPOINTS = `Endpoints:
  [server:]tenant:tables     staging:public:users   prod:public:users,orders   'prod:public:*'
  postgres://…#tenant:tables a connection URL; without the part after # all tables of schema public
  ./rows                     a directory that syncline pull wrote, where rows are only read
  A server is a name in syncline.yaml. Quote * so that the shell leaves it alone.`;

/** The whole command tree. Building it loads no use case and no driver: each command imports its work when it runs. */
export function createProgram({ act, out, err }: ProgramOptions): Command {
  const program = new Command("syncline")
    .description("Version control for the rows in PostgreSQL databases.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show the help of a command")
    .exitOverride()
    .showHelpAfterError("(run with --help for usage)")
    .configureOutput({ writeOut: out, writeErr: err, outputError: (text, write) => write(text) })
    .configureHelp({ showGlobalOptions: true })
    .option("--config <file>", "configuration file (default: syncline.yaml in this folder or one above)")
    .option(
      "--server <name>",
      "server for endpoints that name none (default: SYNCLINE_SERVER, or current in the config)",
    )
    .option("-q, --quiet", "print data and errors only")
    .option("--no-progress", "show no progress")
    .option("--no-color", "use no colours")
    .option("--verbose", "write debug messages and stacks to stderr")
    .addOption(
      new Option("--log-level <level>", "write JSON log lines to stderr from this level on").choices(
        LOG_LEVELS,
      ),
    );
  defineDiff(program, act);
  defineCopy(program, act);
  definePatch(program, act);
  definePull(program, act);
  definePush(program, act);
  defineExport(program, act);
  defineImport(program, act);
  defineUndo(program, act);
  defineLog(program, act);
  defineReview(program, act);
  defineConflicts(program, act);
  defineServer(program, act);
  defineService(program, act);
  definePeople(program, act);
  defineAudit(program, act);
  defineSecrets(program, act);
  defineConfig(program, act);
  defineCompletion(program, act);
  program.addHelpText("after", `\n${ENDPOINTS}\n\n${formatExitCodes()}`);
  return withExamples(program, [
    ["syncline diff staging:public:users prod:public:users", "what differs"],
    ["syncline diff 'staging:public:*' 'prod:public:*' --output release.patch", "and keep it as a patch"],
  ]);
}
