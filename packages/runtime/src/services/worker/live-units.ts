import { type ControlPlane, type RenewedUnit, renewLeases } from "@syncline/control-plane";
import type { ServiceMetrics } from "../metrics.ts";
import type { LiveUnit, StopReason } from "./live-unit.ts";
import type { ProgressMeter } from "./progress-meter.ts";

interface Entry {
  meter: ProgressMeter | null;
  renewedAt: number;
  /** What was told last. */
  told: string;
}

const STOPS: Readonly<Record<string, StopReason>> = {
  pausing: "pause",
  cancelling: "cancel",
  failed: "attempt",
  timeout: "timeout",
};

export interface LiveUnitsOptions {
  readonly metrics: ServiceMetrics;
  readonly leaseMs: number;
  readonly onStop: (unit: LiveUnit, reason: StopReason) => void;
}

/** The units at work in this process and their leases. */
export class LiveUnits {
  readonly #cp: ControlPlane;
  readonly #metrics: ServiceMetrics;
  readonly #leaseMs: number;
  readonly #onStop: (unit: LiveUnit, reason: StopReason) => void;
  readonly #units = new Map<LiveUnit, Entry>();
  #empty = Promise.withResolvers<void>();

  constructor(cp: ControlPlane, { metrics, leaseMs, onStop }: LiveUnitsOptions) {
    this.#cp = cp;
    this.#metrics = metrics;
    this.#onStop = onStop;
    this.#leaseMs = leaseMs;
  }

  get size(): number {
    return this.#units.size;
  }

  add(unit: LiveUnit): void {
    this.#units.set(unit, { meter: null, renewedAt: performance.now(), told: "" });
    this.#metrics.unitsRunning(this.#units.size);
  }

  measure(unit: LiveUnit, meter: ProgressMeter): void {
    const entry = this.#units.get(unit);
    if (entry !== undefined) entry.meter = meter;
  }

  remove(unit: LiveUnit): void {
    this.#units.delete(unit);
    this.#metrics.unitsRunning(this.#units.size);
    if (this.#units.size > 0) return;
    this.#empty.resolve();
    this.#empty = Promise.withResolvers<void>();
  }

  /** Resolves when none is at work. */
  async whenEmpty(): Promise<void> {
    while (this.#units.size > 0) await this.#empty.promise;
  }

  stopAll(reason: StopReason): void {
    for (const unit of this.#units.keys()) unit.stop(reason);
  }

  /** By our own clock, whether or not the control database can be reached. */
  giveUpLost(): void {
    for (const unit of this.#units.keys()) if (unit.mustGiveUp) this.#stop(unit, "lease");
  }

  /** Renews what is due and tells what has changed; at most one call a second is worth it. */
  async renew(workerId: string): Promise<void> {
    const askedAt = performance.now();
    const due = [...this.#units].flatMap(([unit, entry]) => {
      const progress = entry.meter?.progress();
      const text = progress === undefined ? "" : `${progress.phase} ${progress.rows} ${progress.bytes}`;
      if (askedAt - entry.renewedAt < this.#leaseMs / 4 && text === entry.told) return [];
      const told: RenewedUnit = { unitId: unit.id, token: unit.claim.token };
      return [
        {
          unit,
          entry,
          text,
          told:
            progress === undefined ? told : { ...told, rows: progress.rows, bytes: progress.bytes, progress },
        },
      ];
    });
    if (due.length === 0) return;
    const renewals = await renewLeases(this.#cp, {
      workerId,
      units: due.map(({ told }) => told),
      leaseMs: this.#leaseMs,
    });
    for (const { unit, entry, text } of due) {
      const renewal = renewals.find(({ unitId }) => unitId === unit.id);
      if (renewal === undefined || !this.#units.has(unit)) continue;
      entry.renewedAt = askedAt;
      entry.told = text;
      if (renewal.kept) unit.renewed(askedAt);
      const reason = renewal.kept ? renewal.stop && (STOPS[renewal.stop] ?? "attempt") : "lease";
      if (reason !== null) this.#stop(unit, reason);
    }
  }

  #stop(unit: LiveUnit, reason: StopReason): void {
    // Whoever looks for what was committed does so because of the cancel.
    if (reason === "cancel" && unit.claim.mode === "inspect") return;
    if (unit.reason === reason || unit.reason === "lease") return;
    this.#onStop(unit, reason);
    unit.stop(reason);
  }
}
