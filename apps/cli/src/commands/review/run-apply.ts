import { followRun } from "@syncline/api/remote";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { ReviewOptions } from "../review.ts";
import { serverClient } from "../server-client.ts";
import { findReview } from "./find-review.ts";

interface ApplyInput {
  readonly name: string;
  readonly options: ReviewOptions;
}

const ENDED: Readonly<Record<string, ExitReason>> = { partial: "partial", conflicted: "conflict" };

/** Interrupted, it cancels the run. */
export async function runReviewApply(session: Session, { name, options }: ApplyInput): Promise<ExitReason> {
  const { context, people, output } = session;
  const client = await serverClient(session, options);
  const { id, number, target } = await findReview(client, name);
  const started = await client.reviews.applyReview({ params: { id } });
  const warn = (text: string) => people.warn(text);
  const run = await followRun(client, started, { signal: context.signal, warn });
  if (options.json === true) await output.json(run);
  else {
    const { inserted = 0, updated = 0, deleted = 0 } = run.summary?.counts ?? {};
    await output.line(
      `Review ${number}: run ${run.id} ${run.state} at ${target}: ${inserted} inserted, ${updated} updated, ${deleted} deleted.`,
    );
  }
  return ENDED[run.state] ?? "ok";
}
