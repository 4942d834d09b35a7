import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Dockerfile, parseDockerfile } from "../image/parse-dockerfile.ts";
import { ROOT } from "../root.ts";
import { type CheckResult, judge, runTool } from "./check.ts";

const FILE = join(ROOT, "deploy/docker/Dockerfile");

export function checkDockerfile(): CheckResult[] {
  const text = readFileSync(FILE, "utf8");
  const linter = join(
    dirname(createRequire(import.meta.url).resolve("dockerfile-utils/package.json")),
    "bin/dockerfile-utils",
  );
  const file = parseDockerfile(text);
  const steps = file.stages.flatMap(({ instructions }) => instructions.filter(({ name }) => name === "RUN"));
  return [
    runTool({ name: "dockerfile-utils lint", argv: [process.execPath, linter, "lint", FILE] }),
    ...steps.map(({ text: step }) =>
      runTool({
        name: `shellcheck of RUN ${step.slice(0, 40)}…`,
        argv: ["shellcheck", "-s", "sh", "-"],
        input: `${step}\n`,
      }),
    ),
    judge(
      "Dockerfile: rules of ours",
      dockerfileProblems(file, readFileSync(join(ROOT, "pnpm-workspace.yaml"), "utf8")),
    ),
  ];
}

/** What no linter knows of our image. `workspace`: the catalog, which pins Node.js. */
export function dockerfileProblems(file: Dockerfile, workspace: string): string[] {
  const problems: string[] = [];
  const pinned = /^ {2}node: (\S+)$/m.exec(workspace)?.[1];
  if (file.arguments["NODE_VERSION"] !== pinned)
    problems.push(`NODE_VERSION is not ${pinned}, which the catalog pins`);
  const last = file.stages.at(-1);
  const texts = (name: string) =>
    (last?.instructions ?? []).filter((each) => each.name === name).map(({ text }) => text);
  for (const { base } of file.stages)
    if (!/^[a-z]+:[\w.${}-]+$/.test(base) || base.endsWith(":latest"))
      problems.push(`"${base}" is no short name with a version`);
  if (!/^[1-9]\d+:[1-9]\d+$/.test(texts("USER").at(-1) ?? ""))
    problems.push("the last USER is not an unprivileged number");
  for (const name of ["ENTRYPOINT", "CMD"])
    if (!texts(name).every((text) => text.startsWith("[")))
      problems.push(`${name} is not in exec form, so signals go to a shell`);
  if (!/CMD \[/.test(texts("HEALTHCHECK").at(-1) ?? "")) problems.push("no HEALTHCHECK in exec form");
  if (texts("ADD").length > 0) problems.push("ADD fetches and unpacks; COPY does not");
  return problems;
}
