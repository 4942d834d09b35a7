import { isFinalState } from "@syncline/api";
import { actorText } from "../../components/actor-text.ts";
import { durationText } from "../../components/time-text.ts";
import type { Run, Unit } from "./runs-query.ts";

const TRIGGERS: Readonly<Record<Run["trigger"], string>> = {
  manual: "started by",
  schedule: "by its schedule",
  hook: "by its incoming webhook",
  listen: "by a notification of the database",
  retry: "retried by",
  once: "asked for by",
};

/** "started by ada@demo.example", "by its schedule". */
export function triggerText({ trigger, requestedBy }: Pick<Run, "trigger" | "requestedBy">): string {
  const words = TRIGGERS[trigger];
  return words.endsWith(" by") ? `${words} ${actorText(requestedBy)}` : words;
}

/** How long it took, or takes since; null before it began. */
export function lengthText(
  { startedAt, finishedAt }: Pick<Run, "startedAt" | "finishedAt">,
  now: number,
): string | null {
  if (startedAt === null) return null;
  const until = finishedAt === null ? now : Date.parse(finishedAt);
  return durationText(Math.max(0, until - Date.parse(startedAt)));
}

/** Why a run does not go on now; null: it does, or is over. */
export function waitText(run: Pick<Run, "state" | "waitsFor" | "notBefore" | "attempt">): string | null {
  if (run.waitsFor !== null) return `It waits for ${run.waitsFor}.`;
  if (run.state === "queued") return "It waits for a worker to take it.";
  if (run.state === "paused") return "It is paused. What is finished is kept; resume it to go on.";
  if (run.state === "pausing") return "It pauses as soon as its workers have stopped.";
  if (run.state === "cancelling") return "It is being cancelled; what is committed already stays.";
  if (run.state === "waiting") return `Attempt ${run.attempt} failed; the next one follows by itself.`;
  return null;
}

/** Places that a definition names, the source first. */
export function placesOf(definition: Run["definition"]): readonly string[] {
  const { source, target } = definition as { readonly source?: string; readonly target?: string };
  return [source, target].filter((place) => place !== undefined);
}

export function targetOf(definition: Run["definition"]): string | null {
  return (definition as { readonly target?: string }).target ?? null;
}

const COMPARING: ReadonlySet<Run["kind"]> = new Set(["diff", "watch"]);
/** Its counts are differences, not rows that were written. */
export const compares = (kind: Run["kind"]): boolean => COMPARING.has(kind);

/** What became of a unit that somebody did not finish: null where nothing is special. */
export function claimText({
  state,
  claims,
  losses,
}: Pick<Unit, "state" | "claims" | "losses">): string | null {
  if (state === "ready" && losses > 0) return "its worker was lost; waits for another";
  if (losses > 0) return `taken over after ${losses === 1 ? "a worker was" : `${losses} workers were`} lost`;
  return claims > 1 ? `taken ${claims} times` : null;
}

export const isLive = ({ state }: Pick<Run, "state">): boolean => !isFinalState(state);
