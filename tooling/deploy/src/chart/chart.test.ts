import { describe, expect, it } from "vitest";
import { EVERYTHING, manifestProblems, valueProblems } from "./check-chart.ts";
import { chartValues, renderChart } from "./render-chart.ts";
import { renderTemplate } from "./render-template.ts";

const ALL = [
  "ConfigMap",
  "Deployment",
  "Ingress",
  "NetworkPolicy",
  "PodDisruptionBudget",
  "Service",
  "ServiceAccount",
];

describe("the chart", () => {
  it("renders what its values ask for", () => {
    expect([...renderChart(EVERYTHING).manifests.keys()].sort()).toEqual(ALL);
    const few = renderChart({ ingress: { enabled: false }, networkPolicy: { enabled: false } });
    expect([...few.manifests.keys()].sort()).toEqual([
      "Deployment",
      "PodDisruptionBudget",
      "Service",
      "ServiceAccount",
    ]);
    expect(few.notes).toContain("port-forward service/syncline 8270:80");
    expect(few.text).not.toContain("SYNCLINE_TRUSTED_PROXIES");
    expect(renderChart().text).not.toMatch(/\{\{|undefined|\[object/);
  });

  it("keeps a config's text as it is", () => {
    const config = 'version: 1\n# "quoted" {{ braces }}\n';
    expect(renderChart({ config }).manifests.get("ConfigMap")).toMatchObject({
      data: { "syncline.yaml": config },
    });
  });

  it.each([
    ["a pod that is killed too soon", { environment: { SYNCLINE_GRACE: "60s" } }, /killed before/],
    ["the newest image, whichever that is", { image: { tag: "latest" } }, /image/],
    ["a quantity that is none", { scratch: { size: "much" } }, /volumes/],
    ["a network that is none", { networkPolicy: { databases: ["db.example"] } }, /cidr|egress/],
  ])("is checked: %s", (_, values, problem) => {
    expect(manifestProblems(renderChart(values)).join("\n")).toMatch(problem);
  });

  it.each([
    [{ replica: 2 }, /replica/],
    [{ publicUrl: "http://syncline.example.com" }, /publicUrl/],
    [{ objects: { claim: "", url: "" } }, /objects/],
    [{ environment: { SYNCLINE_GRACE: 25 } }, /SYNCLINE_GRACE/],
    [{ terminationGracePeriodSeconds: 5 }, /terminationGracePeriodSeconds/],
  ])("its schema refuses %j", (wrong, problem) => {
    expect(valueProblems({ ...chartValues(), ...wrong }).join("\n")).toMatch(problem);
  });
});

describe("templates", () => {
  const render = (text: string) =>
    renderTemplate(text, { Values: { a: "x", none: "", list: ["p", "q"], map: { k: "v" } } });

  it.each([
    ["a {{ .Values.a }} b", "a x b"],
    ["a\n{{- if .Values.none }}\nno\n{{- else }}\nyes\n{{- end }}\n", "a\nyes\n"],
    ["{{ range .Values.list }}[{{ . | quote }}]{{ end }}", '["p"]["q"]'],
    ["{{ range $k, $v := .Values.map }}{{ $k }}={{ $v }}{{ end }}", "k=v"],
    ["{{ if .Values.a }}{{ if .Values.none }}1{{ else }}2{{ end }}{{ end }}3", "23"],
    ["{{ .Values.none | default .Values.a }} {{ .Values.map | toJson }}", 'x {"k":"v"}'],
  ])("%j", (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each([
    "{{ .Values.b }}",
    '{{ include "x" . }}',
    "{{ .Values.a | upper }}",
    "{{ if .Values.a }}",
    "{{ end }}",
  ])("refuses %j", (text) => {
    expect(() => render(text)).toThrow();
  });
});
