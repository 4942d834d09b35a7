import { inSpan } from "@syncline/observability/tracing";
import type { UnitExecutor } from "./unit-executor.ts";

/** Does units in spans of the run's trace. */
export function tracedExecutor(execute: UnitExecutor): UnitExecutor {
  return (work) => {
    const { run, unit } = work.claim;
    const attributes = {
      "syncline.run": run.id,
      "syncline.job": run.definition.name,
      "syncline.kind": run.kind,
      "syncline.unit": unit.id,
      "syncline.unit_kind": unit.kind,
      "syncline.attempt": run.attempt,
    };
    return inSpan({ span: "unit", name: `unit ${unit.kind}`, attributes, runId: run.id }, () =>
      inSpan(
        { span: "operation", name: `operation ${run.kind}`, attributes: { "syncline.kind": run.kind } },
        () => execute(work),
      ),
    );
  };
}
