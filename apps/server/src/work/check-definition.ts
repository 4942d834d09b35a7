import { wantedServer } from "@syncline/config";
import { CodedError, parseEndpointLocator, parseFilter } from "@syncline/core";
import { type JobDefinition, scheduleProblem } from "@syncline/jobs";
import type { Workspace } from "@syncline/runtime";

type Places = Partial<Record<"source" | "target" | "base", string>>;

interface Chosen {
  readonly mask?: string;
  readonly dataset?: string;
  readonly filter?: unknown;
}

/**
 * What a schema cannot say of a definition that came through the API. Its places are servers by name: a path would be one
 * of this machine, and an address could be any that this machine reaches.
 * @throws CodedError `locator.invalid`, `server.not_found`, `config.invalid`, `dataset.not_found`, `filter.invalid`, `mask.invalid`
 */
export function checkDefinition(definition: JobDefinition, workspace: Workspace): void {
  const { source, target, base } = definition as Places;
  for (const text of [source, target, base]) if (text !== undefined) assertNamedPlace(text, workspace);
  const { config } = workspace;
  const { mask, dataset, filter } = definition as Chosen;
  if (filter !== undefined) parseFilter(JSON.stringify(filter));
  if (mask !== undefined && !config.masks.has(mask))
    throw new CodedError("mask.invalid", `The config has no mask set "${mask}".`);
  if (dataset !== undefined && !config.datasets.has(dataset))
    throw new CodedError("dataset.not_found", `The config has no dataset "${dataset}".`);
  const { schedule } = definition;
  const wrong = schedule === undefined ? null : scheduleProblem(schedule);
  if (wrong !== null) throw new CodedError("request.invalid", `The schedule cannot be used: ${wrong}.`);
  if (schedule !== undefined && "listen" in schedule) assertServer(schedule.listen.server, workspace);
}

/** @throws CodedError `locator.invalid`, `server.not_found` */
export function assertNamedPlace(text: string, workspace: Workspace): void {
  const locator = parseEndpointLocator(text);
  if (locator.kind !== "tenant")
    throw new CodedError("locator.invalid", `A ${locator.kind} cannot be used through the API.`, {
      hint: "Add the database as a server (POST /api/v1/servers) and name it: server:tenant:tables.",
    });
  if (locator.server !== null) assertServer(locator.server, workspace);
  else if (workspace.server === null && workspace.config.current === null)
    throw new CodedError("locator.invalid", `The locator "${text.slice(0, 200)}" names no server.`, {
      hint: "Write it as server:tenant:tables; from another Syncline as its-name:server/tenant:tables.",
    });
}

/** @throws CodedError `server.not_found` */
export function assertServer(name: string, { config }: Workspace): void {
  if (config.servers.has(name) || config.remotes.has(name)) return;
  throw new CodedError("server.not_found", `There is no server ${wantedServer(name)}.`, {
    hint: "GET /api/v1/databases lists the servers.",
  });
}
