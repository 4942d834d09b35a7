import { CodedError, countDifferences, renderDiff } from "@syncline/core";
import { type DiffOptions, diffEndpoints, type Endpoint } from "@syncline/engine";
import type { Session } from "../../session.ts";

export interface DiffFirst {
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly options: DiffOptions;
  /** What would happen, for the question: `Pull these rows`. */
  readonly question: string;
  readonly yes: boolean;
}

/**
 * Shows on stderr what differs before anything is written, and asks at a terminal whether to go on. Closes both sides.
 * Rejects with `usage.confirmation_required` when the answer is no. Returns the number of differing rows.
 */
export async function showDifferenceFirst(session: Session, first: DiffFirst): Promise<number> {
  const { source, target, options } = first;
  const run = await diffEndpoints({
    ctx: session.context,
    source,
    target,
    options: { ...options, images: "none" },
  });
  try {
    const input = {
      source: source.label,
      target: target.label,
      tables: run.tables,
      changes: run.changes,
      result: run.result,
    };
    const { columns } = session.terminal;
    let text = "";
    for await (const piece of renderDiff("summary", {
      ...input,
      color: false,
      width: columns,
      summaryOnly: true,
    }))
      text += piece;
    session.people.tell(text.trimEnd());
    const differences = countDifferences((await run.result).totals);
    if (differences > 0 && !first.yes && session.people.canAsk) await ask(session, first.question);
    return differences;
  } finally {
    await run.close();
  }
}

async function ask(session: Session, question: string): Promise<void> {
  const answer = await session.people.ask(`${question}? [y/N] `);
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new CodedError("usage.confirmation_required", "It was not confirmed; nothing was changed.", {
    hint: "Answer y, or pass --yes.",
  });
}
