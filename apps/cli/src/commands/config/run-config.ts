import { resolve } from "node:path";
import {
  configJsonSchema,
  defaultConfigText,
  FEATURE_NAMES,
  type Features,
  withEnvironmentFeatures,
} from "@syncline/config";
import { isCodedError } from "@syncline/core";
import { checkServer, type ServerCheck, type Workspace } from "@syncline/runtime";
import { localPatchFiles } from "@syncline/runtime/files";
import { reportError } from "../../errors/print-error.ts";
import { EXIT_REASONS, type ExitReason } from "../../exit-codes.ts";
import { formatColumns } from "../../render/text-table.ts";
import type { Session } from "../../session.ts";
import type { ConfigCommandOptions } from "../config.ts";
import { sessionWorkspace } from "../places.ts";
import { jobDocuments, jobLines } from "./job-list.ts";

export async function runConfigInit(session: Session, options: ConfigCommandOptions): Promise<ExitReason> {
  const path = session.globals.config ?? "syncline.yaml";
  const file = await localPatchFiles.create(resolve(session.workingFolder, path), {
    overwrite: options.overwrite === true,
  });
  try {
    await file.write(new TextEncoder().encode(defaultConfigText()));
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
  await session.output.line(`${session.paint("green", "✓")} Wrote ${path}`);
  session.people.say("Next: name your servers in it, then run syncline config check --connect");
  return "ok";
}

export async function runConfigSchema(session: Session): Promise<ExitReason> {
  await session.output.json(configJsonSchema());
  return "ok";
}

type CheckOutcome =
  | { readonly ok: true; readonly check: ServerCheck }
  | { readonly ok: false; readonly name: string; readonly error: unknown };

export async function runConfigCheck(session: Session, options: ConfigCommandOptions): Promise<ExitReason> {
  const workspace = await sessionWorkspace(session);
  const { config } = workspace;
  const features = withEnvironmentFeatures(config.features, session.environment);
  const outcomes: CheckOutcome[] = [];
  for (const name of config.servers.keys()) outcomes.push(await checkOne(session, workspace, name, options));
  if (options.json === true)
    await session.output.json({
      file: config.file,
      current: config.current,
      servers: outcomes.map(outcomeDocument),
      remote_servers: [...config.remotes.keys()],
      jobs: jobDocuments(config, session.context.now()),
      features,
    });
  else await printChecks(session, workspace, { outcomes, features });
  const failed = outcomes.find((outcome) => !outcome.ok);
  if (failed === undefined || failed.ok) return "ok";
  return isCodedError(failed.error) ? EXIT_REASONS[failed.error.code] : "unexpected";
}

async function checkOne(
  session: Session,
  workspace: Workspace,
  name: string,
  options: ConfigCommandOptions,
): Promise<CheckOutcome> {
  const { signal } = session.context;
  try {
    return {
      ok: true,
      check: await checkServer(workspace, name, { connect: options.connect === true, signal }),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, name, error };
  }
}

function outcomeDocument(outcome: CheckOutcome) {
  if (outcome.ok) return { ok: true, ...outcome.check };
  const { code, message, hint } = reportError(outcome.error);
  return { ok: false, name: outcome.name, error: { code, message, hint } };
}

async function printChecks(
  { output, paint, people, context }: Session,
  { config }: Workspace,
  { outcomes, features }: { readonly outcomes: readonly CheckOutcome[]; readonly features: Features },
): Promise<void> {
  const now = context.now();
  if (config.file === null) {
    await output.line("No configuration file was found; the built-in defaults hold.");
    people.say("syncline config init writes one.");
    return;
  }
  await output.line(`${paint("green", "✓")} ${config.file} is valid`);
  const rows = outcomes.map((outcome) => checkRow(outcome, config.current, paint));
  for (const name of config.remotes.keys()) rows.push([`    ${name}`, "another Syncline server", "", ""]);
  for (const line of formatColumns(rows, ["left", "left", "left", "left"])) await output.line(line.trimEnd());
  for (const line of jobLines(config, now)) await output.line(line);
  const off = FEATURE_NAMES.filter((name) => !features[name]);
  if (off.length > 0) await output.line(`  Switched off at servers: ${off.join(", ")}`);
  for (const outcome of outcomes) if (!outcome.ok) tellProblem(outcome.error, people.say.bind(people));
}

function checkRow(outcome: CheckOutcome, current: string | null, paint: Session["paint"]): string[] {
  const name = outcome.ok ? outcome.check.name : outcome.name;
  const shown = `  ${outcome.ok ? paint("green", "✓") : paint("red", "✗")} ${name}${name === current ? " (current)" : ""}`;
  if (!outcome.ok) return [shown, paint("red", reportError(outcome.error).code), "", ""];
  const { address, protection, version } = outcome.check;
  return [shown, address, protection, version ?? ""];
}

function tellProblem(error: unknown, say: (text: string) => void): void {
  const { message, hint } = reportError(error);
  say(`error: ${message}`);
  if (hint !== null) say(`hint: ${hint}`);
}
