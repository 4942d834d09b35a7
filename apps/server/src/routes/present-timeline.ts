import type { TimelineEntry } from "@syncline/api";
import type { EditTold, ReviewTold, RunTold, TimelineItem } from "@syncline/control-plane";

type EntryOf<Kind extends TimelineEntry["kind"]> = Extract<TimelineEntry, { kind: Kind }>;

const EVENTS: Readonly<Record<string, EntryOf<"review">["event"]>> = {
  "review.open": "opened",
  "review.approve": "approved",
  "review.refuse": "refused",
  "review.use": "used",
  "review.apply": "applied",
  "review.void": "voided",
  "review.expire": "expired",
  "review.withdraw": "withdrawn",
};

export function presentTimelineItem(item: TimelineItem): TimelineEntry {
  const entry = { id: item.id, at: item.at.toISOString(), by: item.by };
  switch (item.kind) {
    case "run":
      return { ...entry, kind: "run", run: presentRunTold(item.data) };
    case "edit":
      return { ...entry, ...presentEdit(item.data) };
    case "hook": {
      const change = item.data.action === "job.remove_hook" ? "removed" : "rotated";
      return { ...entry, kind: "hook", change };
    }
    case "pair":
      return { ...entry, kind: "pair", cycle: item.data.detail.cycle ?? null };
    case "review":
      return { ...entry, ...presentReviewTold(item.data) };
    case "conflicts":
      return { ...entry, kind: "conflicts", ...item.data, tables: [...item.data.tables] };
  }
}

const timeOrNull = (milliseconds: number | null) =>
  milliseconds === null ? null : new Date(milliseconds).toISOString();

function presentRunTold(run: RunTold): EntryOf<"run">["run"] {
  return { ...run, startedAt: timeOrNull(run.startedAt), finishedAt: timeOrNull(run.finishedAt) };
}

function presentEdit({ action, detail }: EditTold): Omit<EntryOf<"edit">, "id" | "at" | "by"> {
  const fields = (detail.fields ?? []).map(({ field, before, after, kept }) => ({
    field,
    before,
    after,
    kept,
  }));
  return {
    kind: "edit",
    change: changeOf(action, fields),
    version: detail.version ?? null,
    origin: detail.origin ?? "api",
    reason: detail.reason ?? null,
    fields,
  };
}

function changeOf(action: string, fields: EntryOf<"edit">["fields"]): EntryOf<"edit">["change"] {
  if (action === "job.create") return "created";
  if (action === "job.delete") return "deleted";
  const [only] = fields;
  if (only?.field !== "enabled" || fields.length > 1) return "updated";
  return only.after === false ? "disabled" : "enabled";
}

function presentReviewTold(told: ReviewTold): Omit<EntryOf<"review">, "id" | "at" | "by"> {
  const { action, review, runId, reason } = told;
  return { kind: "review", event: EVENTS[action] ?? "opened", review: { ...review }, runId, reason };
}
