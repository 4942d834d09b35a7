import type { ControlPlane, Scope } from "@syncline/control-plane";
import type { JobDefinition } from "@syncline/jobs";
import type { ResultStore } from "../results/index.ts";
import type { Workspace } from "../workspace.ts";

/** What it takes to say what a run would write, and to what. */
export interface ReviewTools {
  readonly controlPlane: ControlPlane;
  readonly results: ResultStore;
  /** Where files to import lie. */
  readonly dumpFolder: string;
}

export interface ReviewedRun {
  readonly tools: ReviewTools;
  readonly workspace: Workspace;
  readonly scope: Scope;
  /** As `jobSchema` gives it. */
  readonly definition: JobDefinition;
  readonly signal: AbortSignal;
}
