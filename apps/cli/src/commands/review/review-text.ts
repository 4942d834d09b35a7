import { visibleText } from "@syncline/core";
import { formatColumns } from "../../render/text-table.ts";
import type { Paint, Style } from "../../terminal/palette.ts";
import { type ListedReview, type ReviewDetail, seenCode } from "./find-review.ts";

const STATE_STYLES: Readonly<Record<ListedReview["state"], Style>> = {
  open: "yellow",
  approved: "green",
  applied: "green",
  refused: "red",
  voided: "red",
  expired: "dim",
  withdrawn: "dim",
};

/** A person by their address, whatever they used; else the key. */
function who(actor: string): string {
  const [, email] = /^user:(\S+)/.exec(actor) ?? [];
  return visibleText(email ?? actor);
}

export function formatList(reviews: readonly ListedReview[], paint: Paint): string {
  if (reviews.length === 0) return "There are no reviews.\n";
  const header = ["REVIEW", "STATE", "APPROVED", "WHAT", "TARGET", "BY", "UNTIL", "TITLE"];
  const rows = reviews.map((review) => [
    paint("cyan", String(review.number)),
    paint(STATE_STYLES[review.state], review.state),
    `${review.given} of ${review.required}`,
    review.jobId === null ? review.kind : `${review.kind} job`,
    placeOf(review),
    who(review.createdBy),
    isLive(review) ? time(review.expiresAt) : "",
    visibleText(review.title),
  ]);
  const left = header.map(() => "left" as const);
  return `${formatColumns([header.map((name) => paint("dim", name)), ...rows], left).join("\n")}\n`;
}

interface Counts {
  readonly name?: string;
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
}

export function formatReview(review: ReviewDetail, paint: Paint): string {
  const { number, title, state, stateReason, description, authors, hazards, blocks } = review;
  const reason = stateReason === null ? "" : `: ${visibleText(stateReason)}`;
  const facts: (readonly [string, string])[] = [
    ["what", whatOf(review)],
    ["target", placeOf(review)],
    ["asked by", `${who(review.createdBy)} on ${time(review.createdAt)}`],
    ["may not approve", authors.length === 0 ? "nobody in particular" : authors.map(visibleText).join(", ")],
    ["approved", `${review.given} of ${review.required}`],
    ...(isLive(review) ? [["holds until", time(review.expiresAt)] as const] : []),
    ["content", review.content],
    ["fingerprint", review.fingerprint],
  ];
  const lines = [
    `${paint("bold", `Review ${number}`)}  ${paint(STATE_STYLES[state], state)}${reason}`,
    paint("bold", visibleText(title)),
    ...(description === "" ? [] : description.split("\n").map((line) => `  ${visibleText(line)}`)),
    "",
    ...formatColumns(
      facts.map(([name, value]) => [`  ${paint("dim", name)}`, value]),
      ["left", "left"],
    ),
    ...section(
      "Rows",
      countLines(review.summary as (Counts & { readonly tables?: readonly Counts[] }) | null, paint),
    ),
    ...section(
      "Look at",
      hazards.map((text) => `${paint("yellow", "!")} ${text}`),
    ),
    ...section(
      "Decisions",
      review.decisions.map((each) => decisionLine(each, paint)),
    ),
    ...section(
      "Comments",
      review.comments.map((each) => commentLine(each, paint)),
    ),
    ...section(
      "Blocked",
      isLive(review) ? blocks.map((text) => `${paint("red", "x")} ${visibleText(text)}`) : [],
    ),
    "",
    nextStep(review, paint),
  ];
  return `${lines.join("\n")}\n`;
}

function section(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", name, ...lines.map((line) => `  ${line}`)];
}

function whatOf({ kind, jobId, patchId, definition }: ReviewDetail): string {
  const of = jobId === null ? "" : ` of job "${visibleText(definition.name)}", for all of its runs`;
  const strategy = "strategy" in definition ? ` (strategy ${definition.strategy})` : "";
  return `${kind}${patchId === null ? "" : ` patch ${patchId}`}${of}${strategy}`;
}

function countLines(
  summary: (Counts & { readonly tables?: readonly Counts[] }) | null,
  paint: Paint,
): string[] {
  if (summary === null || typeof summary !== "object") return [];
  const tables = Array.isArray(summary.tables) ? summary.tables : [];
  const rows = tables.map(({ name = "", inserts = 0, updates = 0, deletes = 0 }) => [
    visibleText(name),
    paint("green", `+${inserts}`),
    paint("yellow", `~${updates}`),
    paint("red", `-${deletes}`),
  ]);
  return formatColumns(rows, ["left", "right", "right", "right"]);
}

function decisionLine(decision: ReviewDetail["decisions"][number], paint: Paint): string {
  const { email, at, reason, counts, superseded } = decision;
  const word = decision.decision === "approve" ? paint("green", "approved") : paint("red", "refused");
  const note = superseded
    ? paint("dim", " (decided anew)")
    : decision.decision === "approve" && !counts
      ? paint("dim", " (does not count)")
      : "";
  return `${word} by ${visibleText(email)} on ${time(at)}${reason === "" ? "" : `: ${visibleText(reason)}`}${note}`;
}

function commentLine(comment: ReviewDetail["comments"][number], paint: Paint): string {
  const { id, threadId, anchor, body, createdBy, resolvedAt } = comment;
  const place =
    anchor === null
      ? ""
      : anchor.statement === undefined
        ? [anchor.table, anchor.key, anchor.column].filter((part) => part !== undefined).join(" / ")
        : `statement ${anchor.statement}`;
  const state = resolvedAt === null ? "" : paint("dim", " (resolved)");
  const lead = threadId === null ? paint("dim", id) : "  ";
  return `${lead} ${who(createdBy)}${place === "" ? "" : ` on ${visibleText(place)}`}: ${visibleText(body)}${state}`;
}

function nextStep(review: ReviewDetail, paint: Paint): string {
  const { number, state, given, required } = review;
  if (state === "open")
    return `Next: ${paint("bold", `syncline review approve ${number} --seen ${seenCode(review)}`)}${given > 0 ? `  (${required - given} more)` : ""}`;
  if (state === "approved") return `Next: ${paint("bold", `syncline review apply ${number}`)}`;
  if (state === "applied") return `It was written by run ${review.runId ?? "?"}.`;
  return "Next: open another review, if it is still wanted.";
}

const isLive = ({ state }: Pick<ListedReview, "state">) => state === "open" || state === "approved";

function placeOf({ target, environment }: Pick<ListedReview, "target" | "environment">): string {
  return `${visibleText(target)}${environment === null ? "" : ` (${visibleText(environment)})`}`;
}

function time(iso: string): string {
  return iso.replace("T", " ").replace(/:\d\d\.\d+Z$/, "Z");
}
