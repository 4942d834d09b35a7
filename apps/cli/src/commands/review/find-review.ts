import type { AnswerOf, reviews } from "@syncline/api";
import type { Client } from "@syncline/api/client";
import { CodedError } from "@syncline/core";

export type ReviewDetail = AnswerOf<typeof reviews.getReview>;
export type ListedReview = AnswerOf<typeof reviews.listReviews>["items"][number];

const PAGE = 500;

/** By number or id. @throws CodedError `resource.not_found` */
export async function findReview(client: Client, name: string): Promise<ReviewDetail> {
  const id = /^\d{1,15}$/.test(name) ? await idOf(client, Number(name)) : name;
  if (!/^[0-9a-f-]{36}$/i.test(id)) throw notFound(name);
  return client.reviews.getReview({ params: { id } });
}

/** Numbers fall from page to page. */
async function idOf(client: Client, number: number): Promise<string> {
  for (let after: string | undefined; ; ) {
    const { items, next } = await client.reviews.listReviews({
      query: { limit: PAGE, ...(after === undefined ? {} : { after }) },
    });
    const found = items.find((review) => review.number === number);
    if (found !== undefined) return found.id;
    if (next === null) throw notFound(String(number));
    after = next;
  }
}

function notFound(name: string): CodedError {
  return new CodedError("resource.not_found", `There is no review "${name.slice(0, 80)}".`, {
    hint: "syncline review list shows those there are.",
  });
}

const CODE = 12;

/** What a decision repeats: the beginnings of both hashes. */
export function seenCode({ content, fingerprint }: Pick<ReviewDetail, "content" | "fingerprint">): string {
  return `${content.slice(0, CODE)}-${fingerprint.slice(0, CODE)}`;
}
