import type { TimelineEntry } from "@syncline/api";
import { actorText } from "../../components/actor-text.ts";
import { counted } from "../../components/number-text.ts";
import type { TimelineFilter } from "./timeline-filters.ts";

export type EntryOf<Kind extends TimelineEntry["kind"]> = Extract<TimelineEntry, { kind: Kind }>;

export const FILTER_WORDS: Readonly<Record<TimelineFilter, string>> = {
  run: "Runs",
  edit: "Edits",
  review: "Reviews",
  conflicts: "Conflicts",
  pair: "Resets",
  hook: "Hook",
};

const TRIGGERS: Readonly<Record<EntryOf<"run">["run"]["trigger"], string>> = {
  manual: "by hand",
  schedule: "by its schedule",
  hook: "by its hook",
  listen: "by a notification",
  retry: "as a retry",
  once: "by --once",
};

/** "by hand, ada@demo.example"; of what nobody asked for only how it came. */
export function startWords({ by, run: { trigger } }: EntryOf<"run">): string {
  const words = TRIGGERS[trigger];
  return trigger === "manual" || trigger === "retry" ? `${words}, ${actorText(by)}` : words;
}

const CHANGES: Readonly<Record<EntryOf<"edit">["change"], string>> = {
  created: "created the job",
  updated: "changed the job",
  enabled: "switched its schedule on",
  disabled: "switched its schedule off",
  deleted: "deleted the job",
};

export function editWords({ by, change, origin, version }: EntryOf<"edit">): string {
  const at = version === null || change === "created" || change === "deleted" ? "" : `, version ${version}`;
  return origin === "config"
    ? `The configuration file ${CHANGES[change]}${at}`
    : `${actorText(by)} ${CHANGES[change]}${at}`;
}

const DECISIONS: Readonly<Partial<Record<EntryOf<"review">["event"], string>>> = {
  opened: "asked for",
  approved: "approved",
  refused: "refused",
  withdrawn: "withdrew",
};

/** The words before the review's link, and after it. */
export function reviewWords({ by, event }: EntryOf<"review">): readonly [string, string] {
  if (event === "applied") return ["It was written under", ""];
  if (event === "used") return ["A run began under", ""];
  if (event === "expired") return ["", "has expired"];
  if (event === "voided") return ["", "was voided: what it was about has changed"];
  return [`${actorText(by)} ${DECISIONS[event] ?? event}`, ""];
}

const CHOICES: Readonly<Record<EntryOf<"conflicts">["choice"], string>> = {
  ours: "for the target",
  theirs: "for the source",
  base: "as it was before both",
  row: "with values of their own",
};

export function conflictWords({ by, choice, count, tables }: EntryOf<"conflicts">): string {
  const where = tables.length === 0 ? "" : ` in ${tables.join(", ")}`;
  return `${actorText(by)} decided ${counted(count, "conflict")} ${CHOICES[choice]}${where}`;
}

export function pairWords({ by, cycle }: EntryOf<"pair">): string {
  const after = cycle === null ? "" : ` after ${counted(cycle, "cycle")}`;
  return `${actorText(by)} made both places forget what they agreed on${after}`;
}

export function hookWords({ by, change }: EntryOf<"hook">): string {
  return `${actorText(by)} ${change === "rotated" ? "made a new hook; any older one stopped working" : "removed the hook"}`;
}

/** "ignoreFields" → "ignore fields". */
export function fieldWords(field: string): string {
  return field.replace(/([A-Z])/g, " $1").toLowerCase();
}

export type FailureStep = "connection" | "review" | "deletes" | "places" | "schema" | "edit";

/** What helps after a failure, by the code of its error. */
export function failureSteps(code: string): readonly FailureStep[] {
  if (code === "deletes.exceeded") return ["deletes", "places"];
  if (code === "target.mismatch" || code === "resource.changed" || code === "schema.changed")
    return ["places"];
  if (code.startsWith("connection.") || code.startsWith("tenant.") || code.startsWith("server."))
    return ["connection", "edit"];
  if (code.startsWith("review.") || code === "target.protected") return ["review", "edit"];
  if (code.startsWith("schema.")) return ["schema"];
  if (/^(mask|dataset|filter|locator|usage|table|key|config)\./.test(code)) return ["edit"];
  return [];
}
