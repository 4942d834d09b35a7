import type { Command } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { addRunOptions, type ServerOptions } from "./service-options.ts";

export function defineServer(program: Command, act: Act): void {
  const command = addRunOptions(
    program
      .command("server")
      .summary("serve the API and run jobs")
      .description(
        "Serves the HTTP API and runs jobs, those of the config file among them. Without a control database it keeps " +
          "its state in an embedded PostgreSQL. The first start prints an administrator's key and the token with which the first person becomes one, once; so does a start when no such key works any more. Any number " +
          "of servers share one control database. SIGTERM lets it finish what runs, SIGHUP reads the config again.",
      ),
  )
    .option("--new-key", "print another administrator's key, for when the first one was lost")
    .option(
      "--new-admin-link",
      "print a link by which somebody becomes an administrator, also when there is one",
    )
    .action(
      act(async (session, options: ServerOptions) => {
        const { runServer } = await import("./service/run-server.ts");
        return runServer(session, options);
      }),
    );
  withExamples(command, [
    ["syncline server", "listen on 127.0.0.1:8270 with an embedded database"],
    [
      "syncline server --host 0.0.0.0 --port 80 --database-url postgres://syncline@db/control",
      "one of several replicas",
    ],
  ]);
}
