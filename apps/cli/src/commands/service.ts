import { CodedError } from "@syncline/core";
import type { Command } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import {
  addPlaceOptions,
  addServiceRunOptions,
  type PlaceOptions,
  type ServiceRunOptions,
} from "./service-options.ts";

export interface StatusOptions extends PlaceOptions {
  readonly json?: boolean;
}

export interface TriggerOptions extends PlaceOptions {
  readonly wait?: boolean;
  readonly json?: boolean;
}

export function defineService(program: Command, act: Act): void {
  const service = addServiceRunOptions(
    program
      .command("service")
      .summary("run the jobs of the config file")
      .description(
        "Runs the jobs of the config file by their schedules, without the API. Everything can come from the " +
          "environment; log lines are JSON on stderr. With --port it answers /livez, /readyz and /metrics.",
      ),
  ).action(runs(act));
  const run = addServiceRunOptions(
    service
      .command("run")
      .summary("the same as service alone")
      .description("Runs the jobs of the config file."),
  ).action(runs(act));
  withExamples(run, [
    ["syncline service run --port 8080", "with /livez, /readyz and /metrics on port 8080"],
    ["syncline service run --mode export --once", "run the exports once, as from cron"],
  ]);
  defineStatus(service, act);
  defineTrigger(service, act);
  defineReload(service, act);
  for (const command of service.commands)
    command.configureHelp({ showGlobalOptions: true, visibleGlobalOptions: () => [...program.options] });
  withExamples(service, [
    ["syncline service --config hub.yaml", "run the jobs of hub.yaml by their schedules"],
    ["syncline service --mode bi-sync --interval 5m", "keep the pairs in step every five minutes"],
  ]);
}

/**
 * `service` has these options too, and takes them wherever they stand; those that the command itself has not would do
 * nothing. @throws CodedError `usage.invalid`
 */
function allOptions<Options>(command: Command): Options {
  const own = new Set(command.options.map((option) => option.attributeName()));
  const { parent: service } = command;
  const idle = service?.options.find((option) => {
    const name = option.attributeName();
    return service.name() === "service" && !own.has(name) && service.getOptionValueSource(name) === "cli";
  });
  if (idle === undefined) return command.optsWithGlobals<Options & object>();
  throw new CodedError("usage.invalid", `service ${command.name()} has no option ${idle.long ?? ""}.`, {
    hint: "It belongs to the process that runs the jobs: give it to `syncline service`.",
  });
}

function runs(act: Act) {
  return act(async (session, _options: object, command: Command) => {
    const { runService } = await import("./service/run-service.ts");
    return runService(session, allOptions<ServiceRunOptions>(command));
  });
}

function defineStatus(service: Command, act: Act): void {
  const command = addPlaceOptions(service.command("status").summary("show jobs and their last runs"))
    .description("Shows the jobs of a running service, when they run next and how they ended last.")
    .option("--json", "print one JSON document")
    .action(
      act(async (session, _options: object, self: Command) => {
        const { runStatus } = await import("./service/run-status.ts");
        return runStatus(session, allOptions<StatusOptions>(self));
      }),
    );
  withExamples(command, [
    ["syncline service status", "of the service in this folder"],
    ["syncline service status --database-url postgres://syncline@db/control --json", "of replicas elsewhere"],
  ]);
}

function defineTrigger(service: Command, act: Act): void {
  const command = addPlaceOptions(service.command("trigger").summary("run a job now"))
    .description("Creates a run of a job, whatever its schedule. Prints the run's id.")
    .argument("<job>", "name of the job")
    .option("--wait", "wait for its end: 0 done, 3 in part, 6 conflicts, 20 failed")
    .option("--json", "print one JSON document")
    .action(
      act(async (session, job: string, _options: object, self: Command) => {
        const { runTrigger } = await import("./service/run-trigger.ts");
        return runTrigger(session, { job, options: allOptions<TriggerOptions>(self) });
      }),
    );
  withExamples(command, [
    ["syncline service trigger nightly-copy", "run it now"],
    ["syncline service trigger nightly-copy --wait", "and wait for its end"],
  ]);
}

function defineReload(service: Command, act: Act): void {
  const command = addPlaceOptions(service.command("reload").summary("read the config file again"))
    .description("Tells every process of the service to read its config again. A wrong one changes nothing.")
    .action(
      act(async (session, _options: object, self: Command) => {
        const { runReload } = await import("./service/run-reload.ts");
        return runReload(session, allOptions<PlaceOptions>(self));
      }),
    );
  withExamples(command, [
    ["syncline service reload", "of the service in this folder"],
    ["syncline service reload --database-url postgres://syncline@db/control", "of replicas elsewhere"],
  ]);
}
