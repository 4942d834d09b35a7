import { type ControlPlane, type DailyCounts, dailyCounts, type Scope } from "@syncline/control-plane";

const DAYS = 14;
/** Days that are over hardly change: a run may still end, a conflict of then is closed now, on another day. */
const PAST_FRESH_MS = 600_000;
const MOST_PROJECTS = 1_000;

interface Past {
  readonly today: string;
  readonly readAt: number;
  readonly days: readonly DailyCounts[];
}

/** What happened by day: today is read each time, the days before now and then. */
export class DailyTrends {
  readonly #past = new Map<string, Past>();

  async of(cp: ControlPlane, scope: Scope): Promise<readonly DailyCounts[]> {
    const today = await dailyCounts(cp, scope, { days: 1 });
    const day = today[0]?.day ?? "";
    return [...(await this.#before(cp, scope, day)), ...today];
  }

  async #before(cp: ControlPlane, scope: Scope, today: string): Promise<readonly DailyCounts[]> {
    const known = this.#past.get(scope.projectId);
    if (known?.today === today && Date.now() - known.readAt < PAST_FRESH_MS) return known.days;
    const days = (await dailyCounts(cp, scope, { days: DAYS })).filter((each) => each.day < today);
    if (this.#past.size >= MOST_PROJECTS) this.#past.clear();
    this.#past.set(scope.projectId, { today, readAt: Date.now(), days });
    return days;
  }
}
