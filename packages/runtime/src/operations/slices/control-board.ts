import {
  type ControlPlane,
  dropSnapshot,
  getRun,
  holdSnapshot,
  isFinal,
  listHolders,
  listUnits,
  type Run,
  readUnits,
  type UnitOutput,
} from "@syncline/control-plane";
import { isCodedError } from "@syncline/core";
import type { HeldSnapshot, InstantBoard, Side } from "./held-runs.ts";

export interface BoardOf {
  readonly run: Pick<Run, "id" | "attempt" | "organizationId" | "projectId">;
  readonly workerId: string;
  /** Only snapshots of this plan are told and seen: those of an earlier one are of another instant. */
  readonly planId: string;
}

const SIDES: readonly Side[] = ["source", "target"];
const RESTING: ReadonlySet<Run["state"]> = new Set(["waiting", "paused"]);

/** The instants of a run's plan as the control database keeps them. */
export class ControlBoard implements InstantBoard {
  readonly #cp: ControlPlane;
  readonly #of: BoardOf;
  #held: readonly HeldSnapshot[] = [];

  constructor(cp: ControlPlane, of: BoardOf) {
    this.#cp = cp;
    this.#of = of;
  }

  async hold(snapshots: readonly HeldSnapshot[]): Promise<"needed" | "idle" | "over"> {
    const state = await this.#state();
    if (state === "over") return state;
    const { run, workerId, planId } = this.#of;
    this.#held = snapshots;
    for (const { side, snapshotId } of snapshots) {
      const held = {
        runId: run.id,
        attempt: run.attempt,
        side,
        workerId,
        snapshotId: `${planId} ${snapshotId}`,
      };
      if (!(await holdSnapshot(this.#cp, held))) return "over";
    }
    return state;
  }

  async others(): Promise<readonly (readonly HeldSnapshot[])[]> {
    const { run, workerId, planId } = this.#of;
    const prefix = `${planId} `;
    const holders = await Promise.all(SIDES.map((side) => listHolders(this.#cp, { runId: run.id, side })));
    const own = holders
      .flat()
      .filter(({ worker, snapshotId }) => worker !== workerId && snapshotId.startsWith(prefix))
      .sort((one, other) => other.heldUntil.getTime() - one.heldUntil.getTime());
    const byWorker = Map.groupBy(own, ({ worker }) => worker);
    return [...byWorker.values()].map((rows) =>
      rows.map(({ side, snapshotId }) => ({ side, snapshotId: snapshotId.slice(prefix.length) })),
    );
  }

  async slicesDone(): Promise<boolean> {
    if ((await this.#state()) === "over") return false;
    const { id: runId, organizationId } = this.#of.run;
    const units = await readUnits(this.#cp, { organizationId, runId });
    const slices = units.filter(({ kind }) => kind === "slice");
    return slices.length > 0 && slices.every(({ state }) => state === "done");
  }

  async drop(): Promise<void> {
    const { run, workerId } = this.#of;
    for (const { side } of this.#held)
      await dropSnapshot(this.#cp, { runId: run.id, attempt: run.attempt, side, workerId });
  }

  /** A plan counts until the run is over or planned anew; while the plan's own unit is at work it is not yet told. */
  async #state(): Promise<"needed" | "idle" | "over"> {
    const { run, planId } = this.#of;
    try {
      const { state } = await getRun(this.#cp, run, { runId: run.id });
      if (isFinal(state)) return "over";
      const [plan] = (await listUnits(this.#cp, run, { runId: run.id, limit: 1 })).items;
      const output = plan?.output as UnitOutput | null | undefined;
      const current = (output?.data as { readonly planId?: string } | undefined)?.planId;
      if (current !== undefined && current !== planId) {
        this.#held = []; // what is told now is told by the next plan, maybe of this same worker
        return "over";
      }
      return RESTING.has(state) ? "idle" : "needed";
    } catch (error) {
      if (isCodedError(error) && error.code === "resource.not_found") return "over";
      throw error;
    }
  }
}
