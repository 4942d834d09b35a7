import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { ROOT } from "../root.ts";
import { renderTemplate } from "./render-template.ts";

export const CHART = join(ROOT, "deploy/helm/syncline");

export interface RenderedChart {
  /** Manifests by kind. */
  readonly manifests: ReadonlyMap<string, unknown>;
  readonly notes: string;
  /** Text of the manifests, as it would be sent. */
  readonly text: string;
}

export type Values = Readonly<Record<string, unknown>>;

export function chartValues(): Values {
  return parse(readFileSync(join(CHART, "values.yaml"), "utf8")) as Values;
}

/** As `helm template` would, with `set` over the chart's values. @throws on templates and YAML that are wrong */
export function renderChart(set: Values = {}): RenderedChart {
  const chart = parse(readFileSync(join(CHART, "Chart.yaml"), "utf8")) as {
    name: string;
    appVersion: string;
  };
  const data = {
    Values: over(chartValues(), set),
    Release: { Name: "syncline", Namespace: "default" },
    Chart: { Name: chart.name, AppVersion: chart.appVersion },
  };
  const manifests = new Map<string, unknown>();
  const texts: string[] = [];
  for (const file of readdirSync(join(CHART, "templates")).filter((name) => name.endsWith(".yaml"))) {
    const text = renderTemplate(readFileSync(join(CHART, "templates", file), "utf8"), data);
    for (const document of parseAllDocuments(text, { uniqueKeys: true })) {
      const [problem] = document.errors;
      if (problem !== undefined) throw new Error(`${file}: ${problem.message}\n${text}`);
      const manifest = document.toJS() as { kind?: string } | null;
      if (manifest?.kind !== undefined) manifests.set(manifest.kind, manifest);
    }
    if (text.trim() !== "") texts.push(`${text.trim()}\n`);
  }
  const notes = renderTemplate(readFileSync(join(CHART, "templates/NOTES.txt"), "utf8"), data);
  return { manifests, notes, text: texts.join("---\n") };
}

function over(values: Values, set: Values): Values {
  const merged: Record<string, unknown> = { ...values };
  for (const [name, value] of Object.entries(set)) {
    const before = values[name];
    merged[name] = isMap(before) && isMap(value) && name !== "environment" ? over(before, value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
