import type { Command } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { addServerClientOptions, type ServerClientOptions } from "./server-client-options.ts";

export interface SecretsOptions extends ServerClientOptions {
  readonly json?: boolean;
}

export interface SecretsRotateOptions {
  readonly stateDirectory?: string;
  readonly databaseUrl?: string;
  readonly json?: boolean;
}

export function defineSecrets(program: Command, act: Act): void {
  const secrets = program
    .command("secrets")
    .summary("change the master key that seals stored secrets")
    .description(
      "Addresses with passwords, webhook secrets and signing keys are stored sealed by the master key. docs/runbooks/key-rotation.md goes through a change of it.",
    );
  withExamples(secrets, [
    ["syncline secrets status --server office", "how many secrets are under which key"],
    ["syncline secrets rewrap --server office", "bring all of them under the current one"],
  ]);
  const status = secrets
    .command("status")
    .summary("show how many secrets are sealed under which master key")
    .description("Shows ids of keys, never keys. Exit code 0 whatever it shows.")
    .option("--json", "print the counts as JSON");
  addServerClientOptions(status).action(
    act(async (session, options: SecretsOptions) => {
      const { runSecretsStatus } = await import("./secrets/run-status.ts");
      return runSecretsStatus(session, options);
    }),
  );
  withExamples(status, [
    ["syncline secrets status --server office", "for people"],
    ["syncline secrets status --server office --json", "for a script"],
  ]);
  const rewrap = secrets
    .command("rewrap")
    .summary("bring every secret under the current master key")
    .description(
      "Wraps the secrets anew, some at a time, while the server goes on. Exit code 3 when some are still under another key.",
    )
    .option("--json", "print the counts as JSON");
  addServerClientOptions(rewrap).action(
    act(async (session, options: SecretsOptions) => {
      const { runSecretsRewrap } = await import("./secrets/run-rewrap.ts");
      return runSecretsRewrap(session, options);
    }),
  );
  withExamples(rewrap, [
    ["syncline secrets rewrap --server office", "after all processes know both keys"],
    ["syncline secrets rewrap --server office --json", "for a script"],
  ]);
  const rotate = secrets
    .command("rotate")
    .summary("give a state folder another master key, while no server runs on it")
    .description(
      "For servers whose master key lies in their state folder. When it is broken off, both keys stay there and it goes on where it was.",
    )
    .option(
      "--database-url <url>",
      "control database of the folder's server (default: SYNCLINE_DATABASE_URL, DATABASE_URL, or the embedded one)",
    )
    .option("--state-directory <folder>", "the state folder (default: .syncline/server)")
    .option("--json", "print the new key's id and the count as JSON")
    .action(
      act(async (session, options: SecretsRotateOptions) => {
        const { runSecretsRotate } = await import("./secrets/run-rotate.ts");
        return runSecretsRotate(session, options);
      }),
    );
  withExamples(rotate, [
    ["syncline secrets rotate", "of the server of this folder"],
    ["syncline secrets rotate --state-directory /var/lib/syncline", "of another one"],
  ]);
}
