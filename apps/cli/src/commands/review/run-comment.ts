import type { Client } from "@syncline/api/client";
import { CodedError } from "@syncline/core";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { ReviewCommentOptions } from "../review.ts";
import { serverClient } from "../server-client.ts";
import { findReview } from "./find-review.ts";

interface CommentInput {
  readonly name: string;
  readonly text: string | null;
  readonly options: ReviewCommentOptions;
}

export async function runReviewComment(session: Session, input: CommentInput): Promise<ExitReason> {
  const { name, options } = input;
  assertOne(input);
  const client = await serverClient(session, options);
  const { id, number } = await findReview(client, name);
  const comment = await send(client, id, input);
  if (options.json === true) await session.output.json(comment);
  else {
    const what = comment.resolvedAt === null ? "Comment" : "Resolved comment";
    await session.output.line(`${what} ${comment.id} of review ${number}.`);
  }
  return "ok";
}

function assertOne({ text, options: { resolve, reopen } }: CommentInput): void {
  if ([text, resolve ?? null, reopen ?? null].filter((given) => given !== null).length === 1) return;
  throw new CodedError("usage.invalid", "One of a text, --resolve and --reopen says what to do.");
}

async function send(client: Client, id: string, { text, options }: CommentInput) {
  const { resolve, reopen, thread } = options;
  if (resolve !== undefined) return client.reviews.resolveComment({ params: { id, commentId: resolve } });
  if (reopen !== undefined) return client.reviews.reopenComment({ params: { id, commentId: reopen } });
  const anchor = anchorOf(options);
  return client.reviews.commentOnReview({
    params: { id },
    body: {
      body: text ?? "",
      ...(anchor === null ? {} : { anchor }),
      ...(thread === undefined ? {} : { thread }),
    },
  });
}

function anchorOf({ table, key, column, statement }: ReviewCommentOptions) {
  if (statement !== undefined && !/^[1-9]\d{0,8}$/.test(statement))
    throw new CodedError("usage.invalid", `--statement is a number from 1, found "${statement}".`);
  const anchor = {
    ...(table === undefined ? {} : { table }),
    ...(key === undefined ? {} : { key }),
    ...(column === undefined ? {} : { column }),
    ...(statement === undefined ? {} : { statement: Number(statement) }),
  };
  return Object.keys(anchor).length === 0 ? null : anchor;
}
