import type { Audited, RouteName } from "@syncline/api";
import { type Call, type ControlPlane, recordAccess } from "@syncline/control-plane";
import type { ErrorCode } from "@syncline/core";
import { redactUrls } from "@syncline/observability";

/** What of a request may be entered by name. */
export interface AccessParts {
  readonly call: Call;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Refusal {
  readonly call: Call;
  readonly route: RouteName;
  readonly code: ErrorCode;
  readonly address: string;
}

/** Refusals that tell of somebody who tries what is not theirs. */
export const NOTED_REFUSALS: ReadonlySet<string> = new Set<ErrorCode>([
  "auth.denied",
  "auth.csrf",
  "review.required",
  "review.own",
  "target.frozen",
  "target.protected",
  "target.readonly",
]);

const GATHER_MS = 60_000;
const MOST_GATHERED = 10_000;
/** Of each organization, in a minute; more of them are only counted. */
const MOST_REFUSALS = 60;
const LONGEST_TEXT = 500;

/** Enters reads of rows and refusals into the audit log; bounded, so that nobody fills it by asking. */
export class AccessLog {
  readonly #cp: ControlPlane;
  readonly #now: () => number;
  /** When something was entered last, by who and what. */
  readonly #seen = new Map<string, number>();
  readonly #refusals = new Map<string, { since: number; entered: number; dropped: number }>();

  constructor(cp: ControlPlane, now: () => number = () => performance.now()) {
    this.#cp = cp;
    this.#now = now;
  }

  /** Resolves when the entry is committed: nothing is shown before. */
  async read(audited: Extract<Audited, { kind: "read" }>, parts: AccessParts): Promise<void> {
    const { call, params } = parts;
    const { action, subjectKind } = audited;
    const id = params["id"];
    const subjectId = typeof id === "string" ? id : null;
    const { organizationId, projectId } = call.scope;
    const who = JSON.stringify([organizationId, projectId, call.actor, action, subjectId]);
    if (audited.gathered && this.#sawLately(who)) return;
    const detail = Object.fromEntries(audited.detail.flatMap((name) => given(name, parts)));
    await recordAccess(this.#cp, call, { action, subjectKind, subjectId, detail });
    if (audited.gathered) this.#remember(who);
  }

  /** Never fails: the refusal itself is answered in any case. */
  async refuse({ call, route, code, address }: Refusal): Promise<void> {
    const { organizationId } = call.scope;
    const who = JSON.stringify([organizationId, call.actor, route, code]);
    const dropped = this.#allowed(organizationId, this.#sawLately(who));
    if (dropped === null) return;
    this.#remember(who);
    const detail = { route, code, address, ...(dropped > 0 ? { notEntered: dropped } : {}) };
    const note = { action: "access.refuse", subjectKind: "route", subjectId: route, detail };
    await recordAccess(this.#cp, call, note).catch(() => {});
  }

  /** How many were left out since the last one that was entered; null when this one is left out, too. */
  #allowed(organizationId: string, repeated: boolean): number | null {
    const now = this.#now();
    let window = this.#refusals.get(organizationId);
    if (window === undefined || now - window.since > GATHER_MS)
      window = { since: now, entered: 0, dropped: window?.dropped ?? 0 };
    this.#refusals.set(organizationId, window);
    if (repeated || window.entered >= MOST_REFUSALS) {
      window.dropped += 1;
      return null;
    }
    const { dropped } = window;
    window.entered += 1;
    window.dropped = 0;
    return dropped;
  }

  #sawLately(who: string): boolean {
    const at = this.#seen.get(who);
    return at !== undefined && this.#now() - at < GATHER_MS;
  }

  #remember(who: string): void {
    this.#seen.delete(who);
    this.#seen.set(who, this.#now());
    if (this.#seen.size <= MOST_GATHERED) return;
    const [oldest] = this.#seen.keys();
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}

function given(name: string, { query, body }: AccessParts): [string, unknown][] {
  const value = query[name] ?? body[name];
  if (value === undefined || value === null) return [];
  return [[name, Array.isArray(value) ? value.map(plain) : plain(value)]];
}

function plain(value: unknown): string {
  return redactUrls(String(value)).slice(0, LONGEST_TEXT);
}
