import type { DemoWorld } from "./world.ts";

const shop = (table: string) => ({ source: `staging:public:${table}`, target: `prod:public:${table}` });

/** Patches and their reviews, in every state that one can be in. */
export async function fillReviews(world: DemoWorld): Promise<void> {
  await appliedAndUndone(world);
  await applied(world);
  await waiting(world);
  await halfApproved(world);
  await approved(world);
  await refused(world);
  await voided(world);
  await withdrawnAndExpired(world);
}

async function appliedAndUndone(world: DemoWorld): Promise<void> {
  const { dina, ben } = world.people;
  const review = await world.reviewOf(dina, shop("categories"), {
    title: "Categories for the spring season",
    description: "One new category, two that get better names.",
  });
  await world.decide(ben, review);
  const run = await world.apply(dina, review.id);
  const [ledgerId = ""] = run.summary?.ledgerIds ?? [];
  const back = await dina.client.reviews.openReview({
    body: {
      title: "Take the categories back",
      description: "The shop's menu is not ready for the new one.",
      definition: { name: "undo", kind: "undo", ledgerId, target: "prod:public:categories" },
    },
  });
  await world.decide(ben, back);
  await world.apply(dina, back.id);
}

async function applied(world: DemoWorld): Promise<void> {
  const { dina, cleo } = world.people;
  const review = await world.reviewOf(dina, shop("payments"), { title: "Refunds of the lost shipment" });
  await world.decide(cleo, review);
  await world.apply(dina, review.id);
}

/** With comments on a table, a row, a cell and a statement; one thread is settled. */
async function waiting(world: DemoWorld): Promise<void> {
  const { dina, ben, cleo } = world.people;
  const review = await world.reviewOf(dina, shop("products"), {
    title: "Prices and products for spring",
    description: "Tents become 5 % dearer, three products leave the range, eight shoes are new.",
  });
  const params = { id: review.id };
  const table = "products";
  const { reviews } = ben.client;
  await reviews.commentOnReview({
    params,
    body: { body: "Are these all tents, the family ones too?", anchor: { table } },
  });
  const cell = await reviews.commentOnReview({
    params,
    body: {
      body: "This one was dearer already in autumn.",
      anchor: { table, key: "SKU-00014", column: "price" },
    },
  });
  await dina.client.reviews.commentOnReview({
    params,
    body: { body: "Right, and the supplier raised it again.", thread: cell.id },
  });
  await cleo.client.reviews.commentOnReview({
    params,
    body: {
      body: "Still in stock in Turin. Leave it until it is sold?",
      anchor: { table, key: "SKU-00107" },
    },
  });
  const statement = await cleo.client.reviews.commentOnReview({
    params,
    body: { body: "The new shoes have their prices at once: good.", anchor: { statement: 173 } },
  });
  await cleo.client.reviews.resolveComment({ params: { ...params, commentId: statement.id } });
  await world.reviewOf(
    dina,
    { source: "staging:lab:messages", target: "prod:lab:messages" },
    {
      title: "Letters with <b>odd</b> characters & 👩‍👩‍👧‍👦 מכתבים",
      description: '<img src=x onerror="alert(6)"> is only text here.',
    },
  );
}

async function halfApproved(world: DemoWorld): Promise<void> {
  const { dina, ben } = world.people;
  const places = { source: "finance-draft:public:*", target: "finance:public:*" };
  const review = await world.reviewOf(dina, places, {
    title: "Tax rates of July, corrected postings",
    description: "Two of us have to look at what changes the books.",
  });
  await world.decide(ben, review);
}

async function approved(world: DemoWorld): Promise<void> {
  const { dina, cleo } = world.people;
  await world.decide(cleo, await world.reviewOf(dina, shop("customers"), { title: "Guests of the fair" }));
}

async function refused(world: DemoWorld): Promise<void> {
  const { dina, cleo } = world.people;
  const review = await world.reviewOf(dina, shop("reviews"), { title: "Delete what looks like spam" });
  const { commentOnReview } = cleo.client.reviews;
  await commentOnReview({
    params: { id: review.id },
    body: { body: "This is a real customer.", anchor: { table: "reviews", key: "1007" } },
  });
  await world.decide(cleo, review, {
    refuse: "Three of the fourteen are real reviews. Take those out and ask again.",
  });
}

/** The target's rows are changed after the approval. */
async function voided(world: DemoWorld): Promise<void> {
  const { dina, ben } = world.people;
  const review = await world.reviewOf(dina, shop("orders"), { title: "Cancel what nobody paid for" });
  await world.decide(ben, review);
  await world.edit(
    "shop_production",
    "UPDATE orders SET status = 'paid', note = 'Paid at the till.' WHERE id = (SELECT min(id) FROM orders WHERE status = 'pending')",
  );
  await world.apply(dina, review.id).catch(() => {});
}

async function withdrawnAndExpired(world: DemoWorld): Promise<void> {
  const { dina } = world.people;
  const withdrawn = await world.reviewOf(dina, shop("addresses"), { title: "Postcodes in Leeds" });
  await dina.client.reviews.withdrawReview({
    params: { id: withdrawn.id },
    body: { reason: "The customers were not asked yet." },
  });
  await world.reviewOf(dina, shop("inventory"), { title: "Stock count in Turin", expiresInSeconds: 5 });
}
