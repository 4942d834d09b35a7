import { createHash } from "node:crypto";
import {
  type EnvironmentRules,
  environmentRules,
  type NamedRules,
  rulesAt,
  stricterRules,
} from "@syncline/config";
import { getPatch } from "@syncline/control-plane";
import { matchesPattern, type QualifiedName } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import { fingerprintTarget, type WrittenPart } from "@syncline/pg-adapter";
import { openTarget } from "../endpoint-registry.ts";
import { type Place, type RemotePlace, resolvePlace, resolveRemote } from "../place.ts";
import { openStoredPatch } from "../results/open-stored-patch.ts";
import type { ReviewedRun } from "./review-tools.ts";

/** Where a run would write. */
export interface WrittenPlaces {
  readonly places: readonly (Place | RemotePlace)[];
  /** Printed locators. */
  readonly label: string;
  /** The one whose rules ask for most approvals, else that of the target's server. */
  readonly environment: string | null;
  /** Of all its environments together. */
  readonly rules: EnvironmentRules;
}

/** Of bi-sync the sides that it writes. */
export function writtenLocators(definition: JobDefinition): readonly string[] {
  if (definition.kind === "bi-sync") {
    const { source, target, direction } = definition;
    if (direction === "both") return [source, target];
    return [direction === "target-to-source" ? source : target];
  }
  return "target" in definition ? [definition.target] : [];
}

/** @throws CodedError as `resolvePlace` */
export async function writtenPlaces({ workspace, definition, signal }: ReviewedRun): Promise<WrittenPlaces> {
  const places: (Place | RemotePlace)[] = [];
  const ruled: NamedRules[] = [];
  for (const text of writtenLocators(definition)) {
    const place =
      (await resolveRemote(workspace, text, signal)) ?? (await resolvePlace(workspace, text, signal));
    places.push(place);
    ruled.push(...(await rulesOf(place)));
  }
  const strictest = ruled.toSorted((one, other) => other.rules.approvals - one.rules.approvals)[0];
  const own = places.map(({ environment }) => environment).find((name) => name !== null) ?? null;
  const environment = strictest?.environment ?? own;
  const rules = ruled.reduce(
    (all, each) => stricterRules(all, each.rules),
    environmentRules(workspace.config, environment),
  );
  return { places, label: places.map(({ label }) => label).join(" and "), environment, rules };

  async function rulesOf(place: Place | RemotePlace): Promise<readonly NamedRules[]> {
    const { config, environment: env } = workspace;
    if (!("scope" in place)) return [];
    const { host, port, database } = place.scope.connection;
    const at = { label: place.label, server: place.server, place: { host, port, database } };
    return rulesAt(config, at, { env, signal });
  }
}

/** sha256 over the state of every place that the run would write, hex. Reads only. */
export async function fingerprintOf(run: ReviewedRun, { places }: WrittenPlaces): Promise<string> {
  const digest = createHash("sha256");
  for (const place of places) {
    const state = "scope" in place ? await stateOf(run, place) : remoteState(place);
    digest.update(`${state}\n`);
  }
  return digest.digest("hex");
}

/** The other server looks at what it has itself. */
function remoteState({ server, locator }: RemotePlace): string {
  return JSON.stringify([server.url, locator]);
}

async function stateOf(run: ReviewedRun, place: Place): Promise<string> {
  const { definition, signal } = run;
  const { scope, tables, label } = place;
  const read = (part: WrittenPart) => fingerprintTarget({ scope, tables, label, part, signal });
  if (definition.kind === "apply") {
    const { controlPlane, results } = run.tools;
    const record = await getPatch(controlPlane, run.scope, { patchId: definition.patch });
    const patch = await openStoredPatch(results, record);
    const operations = patch.operations();
    return read({ kind: "rows", tables: patch.header.tables, operations, undo: false });
  }
  if (definition.kind === "undo") {
    const target = await openTarget(place, signal);
    try {
      const { header, operations } = await target.openInverse(definition.ledgerId);
      return await read({ kind: "rows", tables: header.tables, operations: operations(), undo: true });
    } finally {
      await target.close();
    }
  }
  return read({ kind: "tables", accept: acceptOf(definition) });
}

/** Tables that the job's patterns name, by their names in the target. */
function acceptOf(definition: JobDefinition): (name: QualifiedName) => boolean {
  const patterns = "schema" in definition ? definition.schema : [];
  const mapped = "mapTable" in definition ? Object.values(definition.mapTable) : [];
  if (patterns.length === 0) return () => true;
  return (name) => [...patterns, ...mapped].some((pattern) => matchesPattern(name, pattern));
}
