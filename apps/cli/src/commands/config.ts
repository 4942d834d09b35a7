import type { Command } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";

export interface ConfigCommandOptions {
  readonly overwrite?: boolean;
  readonly connect?: boolean;
  readonly json?: boolean;
}

export function defineConfig(program: Command, act: Act): void {
  const config = program
    .command("config")
    .summary("make, check or describe the configuration file")
    .description(
      "The configuration file, syncline.yaml, names servers, their tenants, protection and credentials by reference.",
    );
  const init = config
    .command("init")
    .summary("write a first syncline.yaml")
    .description("Writes a commented syncline.yaml into the working folder, or to the path of --config.")
    .option("--overwrite", "replace the file when it exists")
    .action(
      act(async (session, options: ConfigCommandOptions) => {
        const { runConfigInit } = await import("./config/run-config.ts");
        return runConfigInit(session, options);
      }),
    );
  const check = config
    .command("check")
    .summary("check the configuration file")
    .description("Checks form and references of the configuration file and says which one is used.")
    .option("--connect", "also connect to every server")
    .option("--json", "print the result as JSON")
    .action(
      act(async (session, options: ConfigCommandOptions) => {
        const { runConfigCheck } = await import("./config/run-config.ts");
        return runConfigCheck(session, options);
      }),
    );
  const schema = config
    .command("schema")
    .summary("print the JSON Schema of the configuration file")
    .description("Prints the JSON Schema of the configuration file, for editors.")
    .action(
      act(async (session) => {
        const { runConfigSchema } = await import("./config/run-config.ts");
        return runConfigSchema(session);
      }),
    );
  withExamples(config, [
    ["syncline config init", "start here"],
    ["syncline config check --connect", "does it work?"],
  ]);
  withExamples(init, [
    ["syncline config init", "write syncline.yaml here"],
    ["syncline --config deploy/syncline.yaml config init", "write it elsewhere"],
  ]);
  withExamples(check, [
    ["syncline config check", "form and references"],
    ["syncline config check --connect --json", "and every connection, for a script"],
  ]);
  withExamples(schema, [
    ["syncline config schema > syncline.schema.json", "for an editor"],
    ["syncline config schema | jq '.properties | keys'", "what can be configured"],
  ]);
}
