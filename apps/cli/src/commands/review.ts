import { REVIEW_STATES } from "@syncline/core";
import { type Command, Option } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { parsePositiveCount } from "./option-values.ts";
import { addServerClientOptions, type ServerClientOptions } from "./server-client-options.ts";

export interface ReviewOptions extends ServerClientOptions {
  readonly json?: boolean;
}

export interface ReviewListOptions extends ReviewOptions {
  readonly state?: (typeof REVIEW_STATES)[number];
  readonly mine?: boolean;
  readonly waiting?: boolean;
  readonly limit?: number;
}

export interface ReviewOpenOptions extends ReviewOptions {
  readonly title: string;
  readonly description?: string;
  readonly patch?: string;
  readonly undo?: string;
  readonly target?: string;
  readonly strategy?: "manual" | "ours" | "theirs";
  readonly includeCascades?: boolean;
  readonly triggers?: "auto" | "on" | "off";
  readonly job?: string;
  readonly run?: string;
}

export interface ReviewCommentOptions extends ReviewOptions {
  readonly table?: string;
  readonly key?: string;
  readonly column?: string;
  readonly statement?: string;
  readonly thread?: string;
  readonly resolve?: string;
  readonly reopen?: string;
}

export interface ReviewDecisionOptions extends ReviewOptions {
  readonly reason?: string;
  readonly seen?: string;
}

const REVIEW = ["<review>", "its number or id"] as const;

export function defineReview(program: Command, act: Act): void {
  const review = program
    .command("review")
    .summary("ask for writes to be looked at, and decide on them")
    .description(
      "Reviews of a running server: what exactly would be written, to what, and who approved it. A write to an environment " +
        "that asks for approvals happens under a review of exactly its content, on its target as it was.",
    );
  withExamples(review, [
    ["syncline review list --server office --waiting", "what waits for you"],
    ["syncline review show 12 --server office", "one of them, whole"],
  ]);
  defineList(review, act);
  defineShow(review, act);
  defineOpen(review, act);
  defineComment(review, act);
  defineDecisions(review, act);
  defineApply(review, act);
  for (const command of review.commands)
    addServerClientOptions(command).option("--json", "print one JSON document");
}

function defineList(review: Command, act: Act): void {
  const command = review
    .command("list")
    .summary("reviews, newest first")
    .description("Lists reviews with what each still needs.")
    .addOption(new Option("--state <state>", "only those in this state").choices([...REVIEW_STATES]))
    .option("--mine", "only those that you asked for or made")
    .option("--waiting", "only open ones that wait for your decision")
    .option("-n, --limit <n>", "newest to show", parsePositiveCount, 50)
    .action(
      act(async (session, options: ReviewListOptions) => {
        const { runReviewList } = await import("./review/run-list.ts");
        return runReviewList(session, options);
      }),
    );
  withExamples(command, [
    ["syncline review list --server office", "the newest 50"],
    ["syncline review list --server office --state open --json", "for a script"],
  ]);
}

function defineShow(review: Command, act: Act): void {
  const command = review
    .command("show")
    .summary("one review: who, what, how many, and what blocks it")
    .description(
      "Shows a review with its counts, hazards, decisions and comments, and the code that approving repeats.",
    )
    .argument(...REVIEW)
    .action(
      act(async (session, name: string, options: ReviewOptions) => {
        const { runReviewShow } = await import("./review/run-show.ts");
        return runReviewShow(session, { name, options });
      }),
    );
  withExamples(command, [
    ["syncline review show 12 --server office", "the one numbered 12"],
    ["syncline review show 12 --server office --json", "for a script"],
  ]);
}

function defineOpen(review: Command, act: Act): void {
  const command = review
    .command("open")
    .summary("ask for a write to be looked at")
    .description(
      "Opens a review of a patch, of an undo, of a saved job for all of its runs, or of what a retry of a run would write.",
    )
    .requiredOption("--title <text>", "what it is about, in a line")
    .option("--description <text>", "more of it")
    .option("--patch <file or id>", "patch to apply: a file, which is uploaded, or one that the server has")
    .option("--undo <id>", "application to take back, as `syncline log` calls it")
    .option("--target <endpoint>", "where, as the server names it")
    .addOption(
      new Option("--strategy <how>", "rows that changed meanwhile").choices(["manual", "ours", "theirs"]),
    )
    .option("--include-cascades", "also rows that foreign keys reach")
    .addOption(
      new Option("--triggers <when>", "whether the target's triggers fire").choices(["auto", "on", "off"]),
    )
    .option("--job <name or id>", "a saved job, for all of its runs")
    .option("--run <id>", "what a retry of this run would write")
    .action(
      act(async (session, options: ReviewOpenOptions) => {
        const { runReviewOpen } = await import("./review/run-open.ts");
        return runReviewOpen(session, options);
      }),
    );
  withExamples(command, [
    [
      "syncline review open --server office --title 'Prices of May' --patch may.patch --target 'prod:public:*'",
      "a patch",
    ],
    [
      "syncline review open --server office --title 'Nightly copy' --job nightly-copy",
      "a job, for all of its runs",
    ],
  ]);
}

function defineComment(review: Command, act: Act): void {
  const command = review
    .command("comment")
    .summary("say something about a row, a cell, a table or the whole")
    .description("Adds a comment, answers in a thread, or closes and opens a thread.")
    .argument(...REVIEW)
    .argument("[text]", "what to say")
    .option("--table <name>", "about a table")
    .option("--key <key>", "about a row of it, as the patch shows its key")
    .option("--column <name>", "about a column or cell of it")
    .option("--statement <n>", "about a statement of the patch's SQL, by its number")
    .option("--thread <id>", "answer in this comment's thread")
    .option("--resolve <id>", "close this comment's thread")
    .option("--reopen <id>", "open it again")
    .action(
      act(async (session, name: string, text: string | undefined, options: ReviewCommentOptions) => {
        const { runReviewComment } = await import("./review/run-comment.ts");
        return runReviewComment(session, { name, text: text ?? null, options });
      }),
    );
  withExamples(command, [
    ["syncline review comment 12 'Why is this row gone?' --table users --key 7 --server office", "on a row"],
    [
      "syncline review comment 12 --resolve 5f0c1f1e-7c0a-4c7e-9a53-0c6f1f5f3a10 --server office",
      "close a thread",
    ],
  ]);
}

function defineDecisions(review: Command, act: Act): void {
  const approve = review
    .command("approve")
    .summary("approve exactly what was shown")
    .description(
      "Approves a review. At a terminal it is shown first; elsewhere --seen repeats the code of what was looked at. Nobody approves their own.",
    )
    .argument(...REVIEW)
    .option("--seen <code>", "code of what was looked at, as `review show` prints it")
    .option("--reason <text>", "why")
    .action(act(decision("approve")));
  withExamples(approve, [
    ["syncline review approve 12 --server office", "look at it, then answer"],
    [
      "syncline review approve 12 --seen 3f1c9a0b77de-90ab12cd34ef --server office",
      "what was looked at before",
    ],
  ]);
  const refuse = review
    .command("refuse")
    .summary("refuse, with a reason")
    .description("Refuses a review, which ends it.")
    .argument(...REVIEW)
    .requiredOption("--reason <text>", "what has to change")
    .action(act(decision("refuse")));
  withExamples(refuse, [
    ["syncline review refuse 12 --reason 'the deletes are wrong' --server office", "ends it"],
    ["syncline review refuse 12 --reason 'too late' --server office --json", "for a script"],
  ]);
  const withdraw = review
    .command("withdraw")
    .summary("take back what you asked for")
    .description("Withdraws a review that you opened.")
    .argument(...REVIEW)
    .option("--reason <text>", "why")
    .action(act(decision("withdraw")));
  withExamples(withdraw, [
    ["syncline review withdraw 12 --server office", "take it back"],
    ["syncline review withdraw 12 --reason 'made anew' --server office", "and say why"],
  ]);
}

function decision(how: "approve" | "refuse" | "withdraw") {
  return async (
    ...[session, name, options]: [Parameters<Parameters<Act>[0]>[0], string, ReviewDecisionOptions]
  ) => {
    const { runReviewDecision } = await import("./review/run-decision.ts");
    return runReviewDecision(session, { how, name, options });
  };
}

function defineApply(review: Command, act: Act): void {
  const command = review
    .command("apply")
    .summary("run what was approved")
    .description("Starts the run of an approved review and waits for its end.")
    .argument(...REVIEW)
    .action(
      act(async (session, name: string, options: ReviewOptions) => {
        const { runReviewApply } = await import("./review/run-apply.ts");
        return runReviewApply(session, { name, options });
      }),
    );
  withExamples(command, [
    ["syncline review apply 12 --server office", "and wait for its end"],
    ["syncline review apply 12 --server office --json", "for a script"],
  ]);
}
