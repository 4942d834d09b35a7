import { type AnswerOf, people } from "@syncline/api";
import type { Client } from "@syncline/api/client";
import { CodedError } from "@syncline/core";

export type PersonAnswer = AnswerOf<typeof people.getPerson>;

const PAGE = 500;

/** Everybody, newest first. */
export async function* everybody(client: Client): AsyncGenerator<PersonAnswer> {
  for (let after: string | undefined; ; ) {
    const query = { limit: PAGE, ...(after === undefined ? {} : { after }) };
    const { items, next } = await client.call(people.listPeople, { query });
    yield* items;
    if (next === null) return;
    after = next;
  }
}

/** By address, whatever its case. @throws CodedError `resource.not_found` */
export async function findPerson(client: Client, email: string): Promise<PersonAnswer> {
  const wanted = email.trim().normalize("NFKC").toLowerCase();
  for await (const person of everybody(client)) if (person.email.toLowerCase() === wanted) return person;
  throw new CodedError("resource.not_found", `There is no person "${email.slice(0, 200)}".`, {
    hint: "`syncline people list` shows who there is.",
  });
}
