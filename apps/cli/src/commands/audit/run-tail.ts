import { setTimeout as sleep } from "node:timers/promises";
import { type AnswerOf, audit } from "@syncline/api";
import type { Client } from "@syncline/api/client";
import { CodedError, isCodedError } from "@syncline/core";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { Paint } from "../../terminal/palette.ts";
import type { AuditTailOptions } from "../audit.ts";
import { serverClient } from "../server-client.ts";
import { parseTime } from "./time-option.ts";

type Entry = AnswerOf<typeof audit.listAudit>["items"][number];

const POLL_MS = 1_000;
const MOST = 500;

export async function runAuditTail(session: Session, options: AuditTailOptions): Promise<ExitReason> {
  const client = await serverClient(session, options);
  const query = filterOf(options);
  const limit = limitOf(options);
  const { items } = await client.call(audit.listAudit, { query: { ...query, limit } });
  const print = async (entry: Entry) =>
    options.ndjson === true
      ? session.output.line(JSON.stringify({ type: "entry", ...entry }))
      : session.output.line(formatEntry(entry, session.paint));
  for (const entry of items.toReversed()) await print(entry);
  if (options.follow === true) await follow(client, { query, last: items[0]?.seq ?? 0, print, session });
  return "ok";
}

interface Following {
  readonly query: ReturnType<typeof filterOf>;
  readonly last: number;
  readonly print: (entry: Entry) => Promise<void>;
  readonly session: Session;
}

/** Until it is interrupted. */
async function follow(client: Client, { query, last: first, print, session }: Following): Promise<void> {
  const { signal } = session.context;
  let last = first;
  for (;;) {
    const items = await patient(session, async () => {
      const page = { ...query, order: "oldest" as const, after: String(last), limit: MOST };
      return (await client.call(audit.listAudit, { query: page })).items;
    });
    for (const entry of items) {
      await print(entry);
      last = entry.seq ?? last;
    }
    if (items.length === MOST) continue;
    await sleep(POLL_MS, null, { signal });
  }
}

/** A server that restarts is waited for; what does not pass by itself ends the command. */
async function patient<T>({ context, people }: Session, ask: () => Promise<T>): Promise<T> {
  for (let told = false; ; told = true) {
    try {
      return await ask();
    } catch (error) {
      if (context.signal.aborted || !isCodedError(error) || !error.retryable) throw error;
      if (!told) people.say(`${error.message} Waiting for it.`);
      await sleep(POLL_MS, null, { signal: context.signal });
    }
  }
}

function filterOf({ action, actor, person, subject, from, to, project }: AuditTailOptions) {
  const query = {
    action,
    actor,
    person,
    subjectId: subject,
    project,
    from: parseTime("--from", from),
    to: parseTime("--to", to),
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}

function limitOf({ limit = "20" }: AuditTailOptions): number {
  const number = /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (number >= 1 && number <= MOST) return number;
  throw new CodedError("usage.invalid", `--limit is "${limit.slice(0, 80)}"; expected 1 to ${MOST}.`);
}

function formatEntry(
  { seq, at, actor, action, subjectKind, subjectId, detail }: Entry,
  paint: Paint,
): string {
  const time = at.replace("T", " ").replace(/\.\d+Z$/, "");
  const subject = subjectId === null ? subjectKind : `${subjectKind} ${subjectId}`;
  const more = Object.entries((detail ?? {}) as Record<string, unknown>)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const color = action.includes("refuse") ? "red" : "cyan";
  return visible(
    [
      paint("dim", String(seq).padStart(6)),
      time,
      paint(color, action.padEnd(18)),
      actor,
      subject,
      paint("dim", more.join(" ")),
    ]
      .join("  ")
      .trimEnd(),
  );
}

/** Names come from outside; none of them moves the cursor. */
function visible(text: string): string {
  return text.replace(/[\u0000-\u001a\u001c-\u001f\u007f-\u009f]|\u001b(?!\[\d+m)/g, "�");
}
