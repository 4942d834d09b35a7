import type { ServerEvent } from "@syncline/api";
import { counted } from "../../components/number-text.ts";

export interface EventText {
  readonly text: string;
  /** As a state's badge is tinted. */
  readonly tone: "insert" | "update" | "delete" | "accent" | "neutral";
}

type Payload = Readonly<Record<string, unknown>>;

const number = (payload: Payload, name: string) => {
  const value = payload[name];
  return typeof value === "number" ? value : 0;
};

/** What an event about a run means, in a line of its log. */
export function eventText({ type, payload }: Pick<ServerEvent, "type" | "payload">): EventText {
  const given = (typeof payload === "object" && payload !== null ? payload : {}) as Payload;
  return WORDS[type]?.(given) ?? { text: type.replaceAll(/[._]/g, " "), tone: "neutral" };
}

const WORDS: Readonly<Record<string, (payload: Payload) => EventText>> = {
  "run.queued": (payload) => ({
    text: payload["trigger"] === "retry" ? "Asked for, as a retry" : "Waits for a worker",
    tone: "neutral",
  }),
  "run.running": (payload) => ({
    text: number(payload, "attempt") > 1 ? `Attempt ${number(payload, "attempt")} began` : "Began",
    tone: "accent",
  }),
  "run.planned": (payload) => ({
    text: `Cut into ${counted(number(payload, "slices"), "slice")}, which any worker takes`,
    tone: "neutral",
  }),
  "run.replanned": (payload) => ({
    text: `Planned anew: ${counted(number(payload, "slices"), "slice")}`,
    tone: "update",
  }),
  "run.units_lost": (payload) => {
    const units = number(payload, "units");
    return {
      text: `A worker was lost: ${counted(units, "work unit")} ${units === 1 ? "is" : "are"} given to another`,
      tone: "update",
    };
  },
  "run.waiting": (payload) => ({
    text: `Attempt ${number(payload, "attempt")} failed${codeOf(payload)}; the next one follows by itself`,
    tone: "update",
  }),
  "run.pausing": () => ({ text: "Pause was asked for", tone: "update" }),
  "run.paused": () => ({ text: "Paused; what is finished is kept", tone: "update" }),
  "run.cancelling": () => ({ text: "Cancel was asked for", tone: "update" }),
  "run.cancelled": () => ({ text: "Cancelled", tone: "update" }),
  "run.succeeded": () => ({ text: "Succeeded", tone: "insert" }),
  "run.partial": () => ({ text: "Ended with a part done", tone: "update" }),
  "run.conflicted": () => ({ text: "Ended with conflicts that wait for a decision", tone: "update" }),
  "run.failed": (payload) => ({ text: `Failed${codeOf(payload)}`, tone: "delete" }),
  "run.dead": (payload) => ({ text: `Failed in every attempt${codeOf(payload)}`, tone: "delete" }),
  "run.skipped": () => ({ text: "Skipped", tone: "neutral" }),
  "conflicts.opened": (payload) => ({
    text: `${counted(number(payload, "count"), "conflict")} opened`,
    tone: "update",
  }),
  "patch.recorded": (payload) => ({
    text: `The result is kept: ${counted(number(payload, "operations"), "operation")}`,
    tone: "neutral",
  }),
  "watch.differences": (payload) => ({
    text: `${counted(number(payload, "differences"), "row")} differ; the job puts up with ${number(payload, "alertAbove")}`,
    tone: "update",
  }),
  resync: () => ({ text: "Events were left out; the state was read again", tone: "neutral" }),
};

function codeOf({ error }: Payload): string {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? ` (${code})` : "";
}
