import type { Unit } from "./runs-query.ts";

const ORDER: readonly Unit["state"][] = ["done", "running", "ready", "pending", "failed", "cancelled"];

/** How many there are of each, finished ones first; states that none is in are left out. */
export function unitsByState(
  units: readonly Pick<Unit, "state">[],
): readonly { readonly state: Unit["state"]; readonly count: number }[] {
  return ORDER.map((state) => ({ state, count: units.filter((unit) => unit.state === state).length })).filter(
    ({ count }) => count > 0,
  );
}
