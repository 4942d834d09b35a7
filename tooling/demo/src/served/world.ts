import type { RunAnswer } from "@syncline/api";
import { runSql } from "../shop.ts";
import type { DemoPeople, DemoPerson } from "./people.ts";

type JobInput = Parameters<DemoPerson["client"]["jobs"]["createJob"]>[0]["body"];
type ReviewInput = Parameters<DemoPerson["client"]["reviews"]["openReview"]>[0]["body"];

interface Places {
  readonly source: string;
  readonly target: string;
}

const WAIT_SECONDS = 60;

/** What the chapters of the served demonstration do with the server and its databases. */
export class DemoWorld {
  readonly people: DemoPeople;
  /** Of messages that go to a webhook. */
  readonly receiver: string;
  readonly #databaseUrl: (database: string) => string;

  constructor(parts: {
    readonly people: DemoPeople;
    readonly receiver: string;
    readonly databaseUrl: (database: string) => string;
  }) {
    this.people = parts.people;
    this.receiver = parts.receiver;
    this.#databaseUrl = parts.databaseUrl;
  }

  /** As somebody at the database itself, whom Syncline does not see. */
  async edit(database: string, statements: string): Promise<void> {
    await runSql(this.#databaseUrl(database), statements);
  }

  url(database: string): string {
    return this.#databaseUrl(database);
  }

  async createJob(by: DemoPerson, body: JobInput): Promise<string> {
    return (await by.client.jobs.createJob({ body })).id;
  }

  /** Runs a job by its name, to the end of its run. */
  async run(by: DemoPerson, name: string): Promise<RunAnswer> {
    const { items } = await by.client.jobs.listJobs({ query: { name } });
    const id = items[0]?.id ?? "";
    return by.client.jobs.runJob({ params: { id }, query: { wait: WAIT_SECONDS } });
  }

  /** Compares two places; the id of the stored patch. */
  async makePatch(by: DemoPerson, places: Places): Promise<string> {
    const run = await by.client.diffs.startDiff({ body: places, query: { wait: WAIT_SECONDS } });
    const patch = run.summary?.patchId;
    if (patch == null) throw new Error(`Comparing ${places.source} and ${places.target} left no patch.`);
    return patch;
  }

  /** A patch of one comparison, and a review of its application to the comparison's target. */
  async reviewOf(by: DemoPerson, places: Places, review: Pick<ReviewInput, "title"> & Partial<ReviewInput>) {
    const patch = await this.makePatch(by, places);
    const definition = { name: "apply", kind: "apply", patch, target: places.target } as const;
    return by.client.reviews.openReview({ body: { description: "", ...review, definition } });
  }

  async decide(
    by: DemoPerson,
    review: { readonly id: string; readonly content: string; readonly fingerprint: string },
    { refuse }: { readonly refuse?: string } = {},
  ): Promise<void> {
    const { id, content, fingerprint } = review;
    if (refuse === undefined)
      await by.client.reviews.approveReview({ params: { id }, body: { content, fingerprint } });
    else
      await by.client.reviews.refuseReview({
        params: { id },
        body: { content, fingerprint, reason: refuse },
      });
  }

  async apply(by: DemoPerson, id: string): Promise<RunAnswer> {
    return by.client.reviews.applyReview({ params: { id }, query: { wait: WAIT_SECONDS } });
  }
}
