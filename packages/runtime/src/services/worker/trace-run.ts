import type { Run } from "@syncline/control-plane";
import { addSpan } from "@syncline/observability/tracing";

/** Tells of a run that has ended, whoever worked at it. */
export function traceRun(run: Run, endedAt: Date): void {
  const attributes = {
    "syncline.run": run.id,
    "syncline.job": run.definition.name,
    "syncline.kind": run.kind,
    "syncline.outcome": run.state,
  };
  addSpan({
    span: "run",
    name: `run ${run.kind}`,
    attributes,
    runId: run.id,
    startedAt: run.startedAt ?? run.createdAt,
    endedAt,
    ...(run.error === null ? {} : { failed: run.error.code }),
  });
}
