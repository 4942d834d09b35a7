import type { DemoWorld } from "./world.ts";

/** Jobs that people made, and a run of each way to end. */
export async function fillRuns(world: DemoWorld): Promise<void> {
  const { dina, ada } = world.people;
  await world.run(dina, "compare-staging");
  await world.createJob(dina, {
    name: "compare-lab",
    description: "Rows that are hard to show",
    kind: "diff",
    source: "staging:lab:*",
    target: "prod:lab:*",
  });
  await world.run(dina, "compare-lab");
  await world.createJob(dina, {
    name: "compare-lab-shared",
    description: "The tables that both have in the same form",
    kind: "diff",
    source: "staging:lab:*",
    target: "prod:lab:*",
    schema: [
      "messages",
      "documents",
      "readings",
      "events",
      "flags",
      "moved_columns",
      "countries",
      "wide",
      '<b>odd</b> "name"',
    ],
  });
  await world.run(dina, "compare-lab-shared");
  await world.createJob(dina, {
    name: "first-hundred",
    description: "Stops after a hundred differences",
    kind: "diff",
    source: "staging:public:*",
    target: "prod:public:*",
    maxDifferences: 100,
  });
  await world.run(dina, "first-hundred");
  await world.createJob(dina, {
    name: "compare-globex",
    description: "Two tenants of one table",
    kind: "diff",
    source: "saas:globex:subscriptions",
    target: "saas:acme:subscriptions",
  });
  await world.run(dina, "compare-globex");
  const rehearsal = await world.createJob(dina, {
    name: "rehearse-refresh",
    description: "What refreshing staging would write; nothing is kept",
    kind: "copy",
    source: "prod:public:categories,products,warehouses",
    target: "staging:public:*",
    strategy: "merge",
    dryRun: true,
  });
  await dina.client.jobs.rotateHook({ params: { id: rehearsal } });
  await world.run(dina, "rehearse-refresh");
  await world.run(ada, "nightly-export");
  await world.run(ada, "watch-stock");
  await cancelOne(world);
  await pauseOne(world);
}

async function cancelOne({ people: { dina } }: DemoWorld): Promise<void> {
  const body = { source: "staging:public:*", target: "prod:public:*" };
  const { id } = await dina.client.diffs.startDiff({ body });
  await dina.client.runs.cancelRun({ params: { id } });
}

async function pauseOne(world: DemoWorld): Promise<void> {
  const { dina } = world.people;
  const id = await world.createJob(dina, {
    name: "compare-orders",
    description: "In slices; paused until the nightly load is over",
    kind: "diff",
    source: "staging:public:orders,order_items",
    target: "prod:public:orders,order_items",
    slices: 8,
  });
  const run = await dina.client.jobs.runJob({ params: { id } });
  await dina.client.runs.pauseRun({ params: { id: run.id } });
}

/** Some runs of a watch between edits, so that its history has a shape. */
export async function fillHistory(world: DemoWorld): Promise<void> {
  const { dina } = world.people;
  for (const share of [97, 43, 61, 23, 37, 31]) {
    await world.edit("shop_staging", driftOf(share));
    await world.run(dina, "watch-prices");
  }
  await world.edit(
    "shop_staging",
    "UPDATE products SET name = 'Ridge Nomad 101 (2026)' WHERE sku = 'SKU-00001'",
  );
  await world.run(dina, "watch-prices");
}

/** Prices of every so-many-th product go up or down by some cents. */
export function driftOf(share: number): string {
  return `UPDATE products SET price = price + ${share % 2 === 0 ? "0.10" : "-0.10"} WHERE right(sku, 5)::int % ${share} = 0`;
}
