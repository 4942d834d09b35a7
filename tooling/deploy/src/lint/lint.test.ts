import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseDockerfile } from "../image/parse-dockerfile.ts";
import { ROOT } from "../root.ts";
import { runTool } from "./check.ts";
import { composeProblems } from "./check-compose.ts";
import { dockerfileProblems } from "./check-dockerfile.ts";
import { UNIT } from "./check-systemd.ts";
import { lint } from "./lint.ts";

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const GRACE_S = 25;

it("every linter of this machine passes every deployment file", () => {
  let told = "";
  const status = lint((text) => {
    told += text;
  });
  for (const line of told.split("\n").filter((each) => each.startsWith("skipped")))
    process.stdout.write(`${line}\n`);
  expect({ status, told }).toMatchObject({ status: 0, told: expect.not.stringContaining("FAILED") });
});

it("a tool that is missing is said, one that warns or fails is no pass", () => {
  expect(runTool({ name: "x", argv: ["no-such-linter"] })).toMatchObject({ state: "skipped" });
  expect(runTool({ name: "x", argv: ["sh", "-c", "echo odd >&2"], silentStderr: true })).toMatchObject({
    state: "FAILED",
    output: "odd",
  });
  expect(runTool({ name: "x", argv: ["false"] })).toMatchObject({ state: "FAILED" });
});

it.each([
  ["another Node.js", "NODE_VERSION=24", "NODE_VERSION=22", /NODE_VERSION is not/],
  ["a user with a name", "USER 10001:10001", "USER syncline", /unprivileged number/],
  ["root", "USER 10001:10001", "USER 0:0", /unprivileged number/],
  ["a shell around the process", 'CMD ["server"]', "CMD server", /exec form/],
  ["another registry", "FROM debian:", "FROM registry.example/debian:", /short name/],
])("the image has rules: %s", (_, from, to, problem) => {
  const broken = read("deploy/docker/Dockerfile").replace(from, to);
  expect(dockerfileProblems(parseDockerfile(broken), read("pnpm-workspace.yaml")).join("\n")).toMatch(
    problem,
  );
});

it.each([
  ["a writable root", "read_only: true", "read_only: false", /read_only/],
  ["capabilities", "cap_drop: [ALL]", "cap_drop: [NET_RAW]", /cap_drop/],
  ["an unknown field", "restart: unless-stopped", "restart_always: true", /restart/],
  ["a volume that is not declared", "state-2: {}", "state-3: {}", /no volume "state-2"/],
  ["a replica that nginx does not know", "  replica-2:\n", "  replica-3:\n", /replica-2/],
  [
    "a login that is no superuser",
    "POSTGRES_INITDB_ARGS:",
    "POSTGRES_USER: syncline\n      POSTGRES_INITDB_ARGS:",
    /superuser/,
  ],
  ["too little time to end", "stop_grace_period: 45s", "stop_grace_period: 20s", /killed before/],
])("the compose file is held to: %s", (_, from, to, problem) => {
  const broken = read("deploy/compose/compose.yaml").replace(from, to);
  expect(composeProblems(broken, read("deploy/compose/upstream.conf")).join("\n")).toMatch(problem);
});

it("the unit waits longer than the server's grace, and gives it what it needs", () => {
  const unit = readFileSync(UNIT, "utf8");
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(GRACE_S);
  for (const line of [
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "StateDirectory=syncline",
    "CapabilityBoundingSet=",
  ])
    expect(unit.split("\n")).toContain(line);
});
