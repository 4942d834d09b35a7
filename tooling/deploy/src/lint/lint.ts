import { checkChart } from "../chart/check-chart.ts";
import type { CheckResult } from "./check.ts";
import { checkCompose } from "./check-compose.ts";
import { checkDockerfile } from "./check-dockerfile.ts";
import { checkNginx } from "./check-nginx.ts";
import { checkSystemd } from "./check-systemd.ts";

const CHECKS: readonly (() => CheckResult[])[] = [
  checkDockerfile,
  checkCompose,
  checkChart,
  checkSystemd,
  checkNginx,
];

/** Every linter of the deployment files that this machine has; prints what each says, and gives the exit status. */
export function lint(write: (text: string) => void): number {
  const results = CHECKS.flatMap((check) => check());
  for (const { name, state, output } of results) {
    write(`${state.padEnd(7)} ${name}\n`);
    if (output !== "") write(`${output.replace(/^/gm, "        ")}\n`);
  }
  const count = (state: CheckResult["state"]) => results.filter((each) => each.state === state).length;
  write(`lint:deploy: ${count("passed")} passed, ${count("FAILED")} failed, ${count("skipped")} skipped\n`);
  return count("FAILED") === 0 ? 0 : 1;
}
