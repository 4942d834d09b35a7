import { createProgram } from "../program.ts";
import type { Act } from "../session.ts";
import { formatCommandReference } from "./command-reference.ts";
import { formatDestructiveReference } from "./destructive-reference.ts";
import { formatExitCodeReference } from "./exit-code-reference.ts";
import { formatJobReference } from "./job-reference.ts";
import { formatMetricReference } from "./metric-reference.ts";
import { formatPermissionReference } from "./permission-reference.ts";

const NEVER_RUN: Act = () => () => Promise.resolve();

/** Generated pages by their path below docs/reference. */
export function referencePages(): ReadonlyMap<string, string> {
  const program = createProgram({ act: NEVER_RUN, out: () => {}, err: () => {} });
  return new Map([
    ["commands.md", formatCommandReference(program)],
    ["destructive-operations.md", formatDestructiveReference()],
    ["exit-codes.md", formatExitCodeReference()],
    ["jobs.md", formatJobReference()],
    ["metrics.md", formatMetricReference()],
    ["permissions.md", formatPermissionReference()],
  ]);
}
