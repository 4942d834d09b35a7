import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM_PATH } from "../testing/browser.ts";
import { DashboardWorld } from "../testing/dashboard-world.ts";
import { KeyboardHands, MouseHands } from "../testing/hands.ts";
import { REVIEW_WORLD } from "../testing/review-fixture.ts";
import { type Flow, WholeFlow } from "../testing/whole-flow.ts";

const BEFORE = ["1 one Oslo", "2 two Bonn", "4 four Cork"];
const AFTER = ["1 one Oslo", "2 zwei Bonn", "3 three Rome"];

/** Skipped, and shown as such, where no Chromium is installed. */
describe.skipIf(CHROMIUM_PATH === null)("from a comparison to an undo", { timeout: 300_000 }, () => {
  let world: DashboardWorld<"ann" | "ben" | "cem">;
  beforeAll(async () => {
    world = await DashboardWorld.open({ label: "whole_flow", ...REVIEW_WORLD });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await world.screenshotAll(`failed ${task.name}`);
    await world.assertQuiet();
  });
  afterAll(() => world.close());

  it("works by mouse", () => walk({ tenant: "mouse", handsOf: () => new MouseHands() }));
  it("works by keyboard alone", () =>
    walk({ tenant: "keys", handsOf: (page: Page) => new KeyboardHands(page) }));

  async function walk(flow: Flow): Promise<void> {
    const startedAt = performance.now();
    const steps = new WholeFlow(world, flow);
    const ann = await steps.signIn("ann");
    const ben = await steps.signIn("ben");

    await steps.compare(ann, "users");
    await steps.lookAtRows(ann);
    await steps.makePatch(ann, "3 changes");
    const review = await steps.askForReview(ann, `Users for ${flow.tenant}`);
    await steps.comment(ben, review);
    await steps.approve(ben, review);
    expect(await steps.users()).toEqual(BEFORE);
    await steps.apply(ann);
    expect(await steps.users()).toEqual(AFTER);

    const undo = await steps.askForUndo(ann, "Not yet");
    await steps.approve(ben, undo);
    await steps.write(ann);
    expect(await steps.users()).toEqual(BEFORE);

    await steps.compare(ann, "prices");
    await steps.makePatch(ann, "1 change");
    const drifting = await steps.askForReview(ann, `Prices for ${flow.tenant}`);
    await steps.approve(ben, drifting);
    await steps.changeTarget("UPDATE %.prices SET price = 99 WHERE sku = 'a'");
    await steps.seeDriftRefused(ann, drifting);
    expect(await steps.prices()).toEqual(["a 99.00", "b 3.00"]);

    expect(await steps.comments(review)).toEqual([
      ["Who is that?", { table: "users", key: "3" }],
      ["Bonn has two of them.", { table: "users", key: "2", column: "name" }],
      ["In this order?", { statement: 1 }],
    ]);
    expect(await steps.ledger()).toEqual(["apply undone", "undo applied"]);
    process.stderr.write(
      `whole flow, ${flow.tenant}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`,
    );
  }
});
