import { CodedError, isCodedError } from "@syncline/core";
import type { Service, ServiceLog } from "../../services/service.ts";

export type Side = "source" | "target";

/** A snapshot that this process keeps open. */
export interface HeldSnapshot {
  readonly side: Side;
  readonly snapshotId: string;
}

/** Where those who take part in one plan of a run tell which snapshots they keep open. */
export interface InstantBoard {
  /** Tells it again for another while. `over`: the plan counts no more; `idle`: the run rests, nobody may need it. */
  hold(snapshots: readonly HeldSnapshot[]): Promise<"needed" | "idle" | "over">;
  /** Snapshots of the others, by worker, the latest told first. */
  others(): Promise<readonly (readonly HeldSnapshot[])[]>;
  /** Whether all slices are done: what is left of the run reads nothing. */
  slicesDone(): Promise<boolean>;
  drop(): Promise<void>;
}

/** Connections of a cut run that stay open between its units. */
export interface HeldRun {
  readonly snapshots: readonly HeldSnapshot[];
  /** Whether this process has opened the instant, not joined it. */
  readonly opener: boolean;
  /** Whether its instant is lost here, as when a unit was told to stop in the middle of a statement. */
  readonly broken: () => boolean;
  /** Lets go; returns notes for people. `keep`: what was done stays, for whoever finishes it. */
  close(options: { readonly keep: boolean }): Promise<readonly string[]>;
}

export interface OpenHeld<Run extends HeldRun> {
  readonly planId: string;
  readonly board: InstantBoard;
  /** False: joins also where nobody holds the instant any more, with no snapshots. Default true. */
  readonly reads?: boolean;
  /** Joins the instant of another, whose snapshots are given. */
  readonly join: (snapshots: readonly HeldSnapshot[]) => Promise<Run>;
}

interface Entry {
  readonly board: InstantBoard;
  readonly opening: Promise<HeldRun>;
  usedAt: number;
  users: number;
  /** Set once it is let go of: closes it when the last user has gone. */
  leaving: PromiseWithResolvers<void> | null;
}

/**
 * The cut runs that this process takes part in. Each is opened once, from the instant of somebody else, and kept open
 * until the run is over, so that the instant lives as long as one of those who take part.
 */
export class HeldRuns implements Service {
  readonly name = "held snapshots";
  readonly #log: ServiceLog;
  readonly #leaseMs: number;
  readonly #entries = new Map<string, Entry>();
  #ended = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout | null = null;
  #renewing: Promise<void> = Promise.resolve();
  readonly #leaving = new Set<Promise<unknown>>();

  /** `leaseMs`: a run that rests is kept open for so long. */
  constructor(log: ServiceLog, leaseMs: number) {
    this.#log = log;
    this.#leaseMs = leaseMs;
  }

  /** Units in progress are drained before; this then lets go of everything. */
  run(): Promise<void> {
    return this.#ended.promise;
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    await this.#renewing;
    await Promise.all([...this.#entries.keys()].map((planId) => this.#letGo(planId, { over: false })));
    await Promise.all(this.#leaving);
    this.#ended.resolve();
    this.#ended = Promise.withResolvers();
  }

  /** Takes over what the planner has opened. */
  async keep(planId: string, board: InstantBoard, opened: HeldRun): Promise<void> {
    this.#add(planId, {
      board,
      opening: Promise.resolve(opened),
      usedAt: performance.now(),
      users: 0,
      leaving: null,
    });
    await this.#tell(planId);
  }

  /** Works with a run that is open here, or joins it; once more where others hold the instant that was lost here. */
  async use<Run extends HeldRun, Result>(
    wanted: OpenHeld<Run>,
    work: (run: Run) => Promise<Result>,
  ): Promise<Result> {
    const before = this.#entries.get(wanted.planId);
    try {
      return await this.#use(wanted, work);
    } catch (error) {
      if (before === undefined || !isGone(error)) throw error;
      return this.#use(wanted, work);
    }
  }

  async #use<Run extends HeldRun, Result>(
    { planId, ...open }: OpenHeld<Run>,
    work: (run: Run) => Promise<Result>,
  ): Promise<Result> {
    const entry = this.#entries.get(planId) ?? this.#join(planId, open);
    entry.users += 1;
    try {
      const run = (await entry.opening) as Run; // one plan is of one kind
      return await work(run);
    } catch (error) {
      const opened = await entry.opening.catch(() => null);
      // A reader that was cut off is opened again, for as long as the instant is held.
      if (isGone(error) || opened?.broken() === true) this.#letGoLater(planId, { over: false, entry });
      throw error;
    } finally {
      entry.users -= 1;
      entry.usedAt = performance.now();
      if (entry.users === 0) entry.leaving?.resolve();
    }
  }

  #join<Run extends HeldRun>(planId: string, open: Omit<OpenHeld<Run>, "planId">): Entry {
    const { board } = open;
    const opening = joinAny(open);
    const entry: Entry = { board, opening, usedAt: performance.now(), users: 0, leaving: null };
    this.#add(planId, entry);
    opening.then(
      () => void this.#tell(planId),
      () => this.#forget(planId, entry),
    );
    return entry;
  }

  #add(planId: string, entry: Entry): void {
    this.#entries.set(planId, entry);
    this.#timer ??= setInterval(() => {
      this.#renewing = this.#renew();
    }, this.#leaseMs / 4);
  }

  async #renew(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((planId) => this.#tell(planId)));
  }

  /** A control database that is away changes nothing here: when it is back it knows whether the plan still counts. */
  async #tell(planId: string): Promise<void> {
    const entry = this.#entries.get(planId);
    if (entry === undefined) return;
    try {
      const run = await entry.opening;
      const broken = run.broken();
      if (broken) await entry.board.drop(); // its readers may go on, but nobody can join it any more
      const state = await entry.board.hold(broken ? [] : run.snapshots);
      const idle = entry.users === 0 && performance.now() - entry.usedAt > this.#leaseMs;
      if (state === "over" || (state === "idle" && idle))
        this.#letGoLater(planId, { over: state === "over", entry });
    } catch (error) {
      this.#log("warn", "held snapshots could not be told", { code: isCodedError(error) ? error.code : "?" });
    }
  }

  #forget(planId: string, entry: Entry): void {
    if (this.#entries.get(planId) === entry) this.#entries.delete(planId);
    if (this.#entries.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #letGoLater(planId: string, why: { readonly over: boolean; readonly entry: Entry }): void {
    const leaving = this.#letGo(planId, why).finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  /** Units that are still at work here are waited for: they are told to stop by others. */
  async #letGo(
    planId: string,
    { over, entry = this.#entries.get(planId) }: { readonly over: boolean; readonly entry?: Entry },
  ): Promise<void> {
    if (entry === undefined || this.#entries.get(planId) !== entry) return;
    this.#forget(planId, entry);
    entry.leaving = Promise.withResolvers();
    if (entry.users > 0) await entry.leaving.promise;
    // What only waits to be finished is not undone because this process rests or ends.
    const keep = !over && (await entry.board.slicesDone().catch(() => false));
    await entry.board.drop().catch(() => {}); // it runs out by itself
    try {
      const notes = await (await entry.opening).close({ keep });
      for (const note of notes) this.#log("info", note, {});
    } catch (error) {
      this.#log("warn", "held connections could not be closed", {
        code: isCodedError(error) ? error.code : "?",
      });
    }
  }
}

/** From the first of the others who still lives. */
async function joinAny<Run extends HeldRun>({
  board,
  join,
  reads = true,
}: Omit<OpenHeld<Run>, "planId">): Promise<Run> {
  if (!reads) return join([]);
  let failure: unknown;
  for (const snapshots of await board.others()) {
    try {
      return await join(snapshots);
    } catch (error) {
      failure = error;
      if (!isGone(error)) throw error;
    }
  }
  throw new CodedError("run.instant_lost", "Nobody holds the instant that the run reads any more.", {
    hint: "It is planned anew, at a new instant, by the next attempt.",
    retryable: true,
    cause: failure,
  });
}

/** What joining a snapshot says whose owner is gone, and what reading says where its own session is. */
function isGone(error: unknown): boolean {
  return isCodedError(error) && error.code === "run.instant_lost";
}
