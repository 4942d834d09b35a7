import { HEALTHS } from "@syncline/api";
import type { Pair } from "./overview-query.ts";

export interface PairGroup {
  readonly source: string;
  readonly target: string;
  readonly environments: Pair["environments"];
  /** Of the two places, worst first. */
  readonly pairs: readonly Pair[];
}

/** Two places are one pair, whichever of them a job reads from; the pair whose worst job is worst comes first. */
export function groupPairs(pairs: readonly Pair[]): readonly PairGroup[] {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const name = [pair.source, pair.target].sort().join("\n");
    groups.set(name, [...(groups.get(name) ?? []), pair]);
  }
  return [...groups.values()].flatMap((group) => {
    const sorted = group.toSorted((one, other) => rank(one) - rank(other));
    const [first] = sorted;
    if (first === undefined) return [];
    const { source, target, environments } = first;
    return [{ source, target, environments, pairs: sorted }];
  });
}

const rank = ({ health }: Pair) => HEALTHS.indexOf(health);

/** How many there are of each health, worst first; those of none are left out. */
export function healthCounts(
  pairs: readonly Pair[],
): readonly { readonly health: Pair["health"]; readonly count: number }[] {
  return HEALTHS.map((health) => ({
    health,
    count: pairs.filter((pair) => pair.health === health).length,
  })).filter(({ count }) => count > 0);
}
