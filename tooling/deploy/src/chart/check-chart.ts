import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type CheckResult, judge, runTool } from "../lint/check.ts";
import { yamllintRules } from "../lint/yamllint-rules.ts";
import { type Deployment, MANIFESTS } from "./manifest-schemas.ts";
import { CHART, chartValues, type RenderedChart, renderChart, type Values } from "./render-chart.ts";

/** Values that open every branch of the templates. */
export const EVERYTHING: Values = {
  config: "version: 1\nservers: {}\n",
  objects: { claim: "", url: "s3://bucket/prefix" },
  secrets: { existing: "syncline", further: ["syncline-servers"], previousMasterKey: true },
};

export function checkChart(): CheckResult[] {
  const rendered = [renderChart(), renderChart(EVERYTHING)];
  return [
    ...rendered.map(({ text }, index) =>
      runTool({
        name: `yamllint of the rendered chart ${index === 0 ? "(defaults)" : "(everything)"}`,
        argv: ["yamllint", "-s", "-d", yamllintRules(), "-"],
        input: text,
      }),
    ),
    ...["Chart.yaml", "values.yaml"].map((file) =>
      runTool({
        name: `yamllint ${file}`,
        argv: ["yamllint", "-s", "-d", yamllintRules(), join(CHART, file)],
      }),
    ),
    judge("chart: values against values.schema.json", valueProblems(chartValues())),
    judge("chart: manifests against the fields of Kubernetes", rendered.flatMap(manifestProblems)),
  ];
}

/** What the chart's own schema says of values. */
export function valueProblems(values: Values): string[] {
  const schema = JSON.parse(readFileSync(join(CHART, "values.schema.json"), "utf8")) as Parameters<
    typeof z.fromJSONSchema
  >[0];
  const parsed = z.fromJSONSchema(schema).safeParse(values);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

export function manifestProblems({ manifests }: RenderedChart): string[] {
  const problems: string[] = [];
  for (const [kind, manifest] of manifests) {
    const schema = (MANIFESTS as Record<string, z.ZodType>)[kind];
    const parsed = schema?.safeParse(manifest);
    if (parsed === undefined) problems.push(`there is no schema of ${kind}`);
    else if (!parsed.success)
      problems.push(
        ...parsed.error.issues.map(({ path, message }) => `${kind}.${path.join(".")}: ${message}`),
      );
  }
  const deployment = MANIFESTS.Deployment.safeParse(manifests.get("Deployment")).data;
  return deployment === undefined ? problems : [...problems, ...referenceProblems(deployment)];
}

function referenceProblems({ spec: { selector, template } }: Deployment): string[] {
  const problems: string[] = [];
  const { volumes, containers, terminationGracePeriodSeconds: grace } = template.spec;
  for (const { volumeMounts, env } of containers) {
    for (const { name } of volumeMounts)
      if (!volumes.some((each) => each.name === name)) problems.push(`no volume "${name}"`);
    for (const { name } of volumes)
      if (!volumeMounts.some((each) => each.name === name))
        problems.push(`volume "${name}" is mounted nowhere`);
    const given = env.find(({ name }) => name === "SYNCLINE_GRACE")?.value ?? "25s";
    if (Number.parseInt(given, 10) >= grace) problems.push("pods are killed before SYNCLINE_GRACE is over");
  }
  for (const [name, value] of Object.entries(selector.matchLabels))
    if (template.metadata.labels[name] !== value)
      problems.push(`the selector's "${name}" is not on the pods`);
  return problems;
}
