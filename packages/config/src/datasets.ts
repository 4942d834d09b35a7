import { CodedError, type DatasetDefinition, type DatasetPolicy, nearest } from "@syncline/core";
import type { z } from "zod";
import type { Config } from "./config.ts";
import type { datasetSchema } from "./datasets-schema.ts";
import type { SchemaIssue } from "./schema-issues.ts";

export interface DatasetConfig extends DatasetDefinition {
  /** Name under `masks`, or null. */
  readonly masks: string | null;
}

type DatasetDocument = z.output<typeof datasetSchema>;

export function buildDatasets(
  documents: Readonly<Record<string, DatasetDocument>>,
): ReadonlyMap<string, DatasetConfig> {
  return new Map(Object.entries(documents).map(([name, document]) => [name, buildDataset(name, document)]));
}

function buildDataset(name: string, document: DatasetDocument): DatasetConfig {
  const policies = Object.entries(document.policies).map(([table, policy]): [string, DatasetPolicy] => [
    table,
    typeof policy === "string"
      ? { kind: "table", policy }
      : { kind: "fields", fields: new Map(Object.entries(policy)) },
  ]);
  const filters = Object.entries(document.filters).map(([filter, places]) => {
    const fallback = filter === "email" ? "contains" : "equals";
    const list = Array.isArray(places) ? places : [places];
    return [filter, list.map((place) => ({ ...place, match: place.match ?? fallback }))] as const;
  });
  return {
    name,
    root: document.root,
    tables: document.tables ?? null,
    policies: new Map(policies),
    filters: new Map(filters),
    masks: document.masks ?? null,
  };
}

/** What no schema sees: a policy for a table that is not listed, masks that are not there. */
export function checkDatasets(document: {
  readonly datasets: Readonly<Record<string, DatasetDocument>>;
  readonly masks: Readonly<Record<string, unknown>>;
}): SchemaIssue[] {
  return Object.entries(document.datasets).flatMap(([name, dataset]) => {
    const { root, tables, policies, masks } = dataset;
    const path = ["datasets", name];
    const known = tables === undefined ? null : [root, ...tables];
    const unlisted = Object.keys(policies).filter((table) => known !== null && !known.includes(table));
    return [
      ...unlisted.map((table) => ({
        path: [...path, "policies", table],
        key: null,
        problem: `"${table}" is no table of this dataset${suggestion(table, known ?? [])}`,
      })),
      ...(masks === undefined || Object.hasOwn(document.masks, masks)
        ? []
        : [{ path: [...path, "masks"], key: null, problem: `there are no masks "${masks}"` }]),
      ...(policies[root] === "regenerate"
        ? [{ path: [...path, "policies", root], key: null, problem: "the root table cannot be left out" }]
        : []),
    ];
  });
}

function suggestion(name: string, candidates: readonly string[]): string {
  const near = nearest(name, candidates);
  return near === null ? "" : `; did you mean "${near}"?`;
}

/** @throws CodedError `dataset.not_found` */
export function findDataset(config: Config, name: string): DatasetConfig {
  const found = config.datasets.get(name);
  if (found !== undefined) return found;
  const names = [...config.datasets.keys()];
  const near = nearest(name, names);
  throw new CodedError(
    "dataset.not_found",
    `There is no dataset "${name}"${near === null ? "" : `; did you mean "${near}"?`}`,
    {
      hint:
        names.length === 0
          ? "The config has no section datasets; docs/reference/configuration.md shows one."
          : `Datasets: ${names.join(", ")}.`,
      details: { dataset: name },
    },
  );
}
