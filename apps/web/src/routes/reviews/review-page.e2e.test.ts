import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { graveFindings } from "../../testing/axe.ts";
import { CHROMIUM_PATH } from "../../testing/browser.ts";
import { DashboardWorld, PHONE } from "../../testing/dashboard-world.ts";

const TABLE = `CREATE TABLE items (id int PRIMARY KEY, name text NOT NULL, price numeric(8,2) NOT NULL);
  CREATE TABLE calm (id int PRIMARY KEY, note text);
  INSERT INTO calm VALUES (1, 'same');`;
const OLD = "INSERT INTO items VALUES (1, 'tent', 10), (2, 'mat', 20), (3, 'cup', 3);";
const NEW = "INSERT INTO items VALUES (1, 'tent', 12.5), (2, 'mat', 20), (4, 'rope', 8);";
const ROWS_BEFORE = ["1 tent 10.00", "2 mat 20.00", "3 cup 3.00"];
const ROWS_AFTER = ["1 tent 12.50", "2 mat 20.00", "4 rope 8.00"];

const CONFIG = (urls: Readonly<Record<string, string>>) => `version: 1
servers:
  stage: { url: "${urls["stage"]}", protection: open }
  prod: { url: "${urls["prod"]}", protection: protected, environment: production }
  shop: { url: "${urls["shop"]}", protection: protected }
environments:
  production: { approvals: 2 }
`;

/** Skipped, and shown as such, where no Chromium is installed. */
describe.skipIf(CHROMIUM_PATH === null)("reviews and patches, in Chromium", () => {
  let world: DashboardWorld<"ben" | "cleo" | "vera">;
  beforeAll(async () => {
    world = await DashboardWorld.open({
      label: "reviews",
      databases: { stage: TABLE + NEW, prod: TABLE + OLD, shop: TABLE + OLD },
      config: CONFIG,
      people: { ben: "reviewer", cleo: "reviewer", vera: "viewer" },
    });
  });
  afterAll(() => world.close());
  afterEach(() => world.assertQuiet());

  const rows = async (database: string) =>
    ((await world.databases[database]?.query("SELECT id, name, price FROM items ORDER BY id")) ?? []).map(
      ({ id, name, price }) => `${id} ${name} ${price}`,
    );
  const control = (statement: string, values: unknown[] = []) =>
    world.databases["control"]?.query(statement, values) ?? Promise.resolve([]);
  const stateOf = async (reviewId: string) =>
    (await control("SELECT state FROM syncline_control.reviews WHERE id = $1", [reviewId]))[0]?.["state"];

  async function patch(target: string): Promise<string> {
    const run = await world.diff("ada", "stage:public:items", `${target}:public:items`);
    return run.summary.patchId;
  }
  async function review(title: string): Promise<string> {
    const definition = {
      name: "apply",
      kind: "apply",
      patch: await patch("prod"),
      target: "prod:public:items",
    };
    return (await world.ask("ada", "POST", "/reviews", { title, definition })).id;
  }
  /** What stands there, not what is being typed. */
  const said = (within: Page | Locator, text: string) => within.locator(".sl-said", { hasText: text });
  const approve = async (page: Page, reason = "") => {
    await page.keyboard.press("a");
    const dialog = page.getByRole("dialog", { name: /^Approve review/ });
    if (reason !== "") await dialog.getByLabel("Why (optional)").fill(reason);
    await dialog.getByRole("button", { name: "Approve" }).click();
    return dialog;
  };

  it("takes comments on a row, a cell and a statement where they are seen, and settles them", async () => {
    const id = await review("Talk");
    const page = await world.openAs("ben", `/reviews/${id}`);
    const tent = page.getByRole("listitem", { name: "items / 1, update" });
    await tent.hover();
    await tent.getByRole("button", { name: "Comment on items / 1", exact: true }).click();
    await tent.getByRole("textbox", { name: "Comment on items / 1", exact: true }).fill("Why this one?");
    await page.keyboard.press("Control+Enter");
    await said(tent, "Why this one?").waitFor();
    await tent.getByRole("button", { name: "Comment on items / 1 / price" }).click({ force: true });
    await tent.getByRole("textbox", { name: "Comment on items / 1 / price" }).fill("Too dear <b>now</b>");
    await tent.getByRole("button", { name: "Comment", exact: true }).click();
    await said(tent, "Too dear <b>now</b>").waitFor();
    expect(await graveFindings(page)).toEqual([]);
    await page.getByRole("tab", { name: "SQL", exact: true }).click();
    // By keyboard alone: to the second statement, and a comment on it.
    await page.locator("[data-statement]").nth(1).waitFor();
    await page.keyboard.press("n");
    await page.keyboard.press("n");
    await page.keyboard.press("c");
    await page.getByRole("textbox", { name: "Comment on statement 2" }).fill("Why after the first?");
    await page.keyboard.press("Control+Enter");
    await said(page, "Why after the first?").waitFor();
    const stored = await control(
      "SELECT anchor, body, id FROM syncline_control.review_comments WHERE review_id = $1 ORDER BY created_at",
      [id],
    );
    expect(stored.map(({ anchor, body }) => [anchor, body])).toEqual([
      [{ table: "items", key: "1" }, "Why this one?"],
      [{ table: "items", key: "1", column: "price" }, "Too dear <b>now</b>"],
      [{ statement: 2 }, "Why after the first?"],
    ]);
    // Another person comes by the link, answers, and settles it; the first one's page shows it by itself.
    const cell = stored[1]?.["id"];
    const other = await world.openAs("cleo", `/reviews/${id}#comment-${cell}`);
    const thread = other.getByRole("article").filter({ hasText: "Too dear" });
    await other.locator(`#comment-${cell}[data-linked]`).waitFor();
    await thread.getByRole("button", { name: "Answer" }).click();
    await thread.getByRole("textbox", { name: "Answer" }).fill("As agreed.");
    await other.keyboard.press("Control+Enter");
    await said(thread, "As agreed.").waitFor();
    await page.getByText("cleo@example.test answered in a thread.").waitFor();
    await thread.getByRole("button", { name: "Resolve" }).click();
    await thread.getByRole("button", { name: "Reopen" }).waitFor();
    await page.getByRole("tab", { name: /2 open/ }).waitFor();
    const [settled] = await control(
      "SELECT resolved_by FROM syncline_control.review_comments WHERE id = $1",
      [cell],
    );
    expect(settled?.["resolved_by"]).toContain("cleo@example.test");
  });

  it("is approved by two, on a phone and by keyboard; one's own is not", async () => {
    const id = await review("Two look");
    const own = await world.openAs("ada", `/reviews/${id}`);
    await own.getByText("This is your own: others decide it.").first().waitFor();
    expect(await own.locator("code", { hasText: "syncline review" }).first().textContent()).toMatch(
      /^syncline review show \d+ --url http/,
    );
    expect(await own.getByRole("button", { name: "Approve" }).first().isDisabled()).toBe(true);
    await own.keyboard.press("a");
    expect(await own.getByRole("dialog").count()).toBe(0);
    const page = await world.openAs("ben", "/reviews");
    await page.getByRole("link", { name: /Two look/ }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: /Two look/ }).waitFor();
    await approve(page, "as agreed");
    await page.getByText("1 of 2 approvals").first().waitFor();
    const phone = await world.openAs("cleo", `/reviews/${id}`, { viewport: PHONE });
    await phone.getByText("It deletes 1 row.").waitFor();
    await phone.getByRole("button", { name: "Approve" }).click();
    await phone.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await phone.getByText("2 of 2 approvals").first().waitFor();
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    // Those who had it open see it by themselves.
    await page.getByText("2 of 2 approvals").first().waitFor();
    await page.getByText("cleo@example.test approved this.").waitFor();
    expect(await stateOf(id)).toBe("approved");
    const decisions = await control(
      "SELECT reason, decision FROM syncline_control.review_decisions WHERE review_id = $1 ORDER BY at",
      [id],
    );
    expect(decisions).toEqual([
      { reason: "as agreed", decision: "approve" },
      { reason: "", decision: "approve" },
    ]);
    expect(await rows("prod")).toEqual(ROWS_BEFORE);
  });

  it("says at once when it is not what was looked at, or was decided meanwhile, and keeps what was typed", async () => {
    const id = await review("Moving");
    const page = await world.openAs("ben", `/reviews/${id}`);
    await page.getByRole("button", { name: "Approve" }).first().waitFor();
    await control("UPDATE syncline_control.reviews SET content_hash = $2 WHERE id = $1", [
      id,
      "ab".repeat(32),
    ]);
    world.complaints.expect(/409/);
    const dialog = await approve(page, "looks right");
    await dialog.getByText("The content that was looked at is not the one").waitFor();
    await page.getByText("It changed while you were reading").waitFor();
    expect(await control("SELECT FROM syncline_control.review_decisions WHERE review_id = $1", [id])).toEqual(
      [],
    );
    // Before it was looked at again nothing is approved, even though the page knows what it is by now.
    await dialog.getByRole("button", { name: "Approve" }).click();
    await dialog.locator("button[data-loading]").waitFor({ state: "detached" });
    expect(await control("SELECT FROM syncline_control.review_decisions WHERE review_id = $1", [id])).toEqual(
      [],
    );
    await dialog.getByRole("button", { name: "Look at it again" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.keyboard.press("a");
    expect(await dialog.getByLabel("Why (optional)").inputValue()).toBe("looks right");
    // Meanwhile somebody else refuses.
    const seen = await world.ask("cleo", "GET", `/reviews/${id}`);
    const { content, fingerprint } = seen;
    await world.ask("cleo", "POST", `/reviews/${id}/refuse`, { content, fingerprint, reason: "Not now." });
    await page.getByText("It was refused while you were reading").waitFor();
    await dialog.getByRole("button", { name: "Approve" }).click();
    await dialog.getByText(/Review \d+ is refused/).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(await page.getByRole("button", { name: "Approve" }).count()).toBe(0);
    expect(await stateOf(id)).toBe("refused");
  });

  it("shows somebody who may not see rows everything else", async () => {
    const id = await review("For all to read");
    const page = await world.openAs("vera", `/reviews/${id}`);
    await page.getByText("Values of rows are not shown to you").waitFor();
    await page.getByText("It deletes 1 row.").waitFor();
    expect(
      await page.getByText("It takes the role reviewer or admin in production.").first().isVisible(),
    ).toBe(true);
    await page.getByRole("tab", { name: "Discussion" }).click();
    await page.getByText("It takes the role operator to comment.").waitFor();
  });

  it("is applied after a check, by the server's name; its undo is asked for as a review", async () => {
    const id = await review("Into production");
    for (const who of ["ben", "cleo"] as const) {
      const { content, fingerprint } = await world.ask(who, "GET", `/reviews/${id}`);
      await world.ask(who, "POST", `/reviews/${id}/approve`, { content, fingerprint });
    }
    const page = await world.openAs("ben", `/reviews/${id}`);
    const apply = page.getByRole("region", { name: "Apply" });
    await apply.getByText("Check for drift first").waitFor();
    expect(await apply.getByRole("button", { name: "Apply", exact: true }).isDisabled()).toBe(true);
    await apply.getByRole("button", { name: "Check for drift" }).click();
    await apply.getByText("Nothing moved: all rows are as the patch says.").waitFor();
    await apply.getByRole("heading", { name: "Undo ready" }).waitFor();
    expect(await rows("prod")).toEqual(ROWS_BEFORE);
    await apply.getByRole("button", { name: "Apply 3 changes" }).click();
    const dialog = page.getByRole("dialog");
    const sure = dialog.getByRole("button", { name: "Apply 3 changes" });
    await dialog.getByRole("textbox").fill("pro");
    expect(await sure.isDisabled()).toBe(true);
    await dialog.getByRole("textbox").fill("prod");
    await page.keyboard.press("Enter");
    await apply.getByText("Undo ready.").waitFor();
    expect(await rows("prod")).toEqual(ROWS_AFTER);
    expect(await stateOf(id)).toBe("applied");
    await apply.getByRole("button", { name: "Undo" }).click();
    const ask = page.getByRole("dialog", { name: "An undo is looked at by others, too" });
    await ask.getByLabel("Title").fill("Take it back");
    await ask.getByRole("button", { name: "Ask for a review" }).click();
    await page.getByRole("heading", { level: 1, name: /Take it back/ }).waitFor();
    await page.getByText("Undo what was applied").waitFor();
    const [undo] = await control(
      "SELECT state, definition FROM syncline_control.reviews WHERE title = 'Take it back'",
    );
    expect(undo).toMatchObject({ state: "open", definition: { kind: "undo", target: "prod:public:items" } });
  });

  it("applies a patch where nobody has to look, skips what moved, and undoes it in one click", async () => {
    const patchId = await patch("shop");
    await world.databases["shop"]?.query("UPDATE items SET price = 11 WHERE id = 1");
    const page = await world.openAs("ada", `/patches/${patchId}?tab=apply`);
    const apply = page.getByRole("region", { name: "Apply" });
    await apply.getByRole("button", { name: "Check for drift" }).click();
    await apply.getByText("1 row moved since the comparison").waitFor();
    expect(await apply.getByRole("button", { name: "Apply", exact: true }).isDisabled()).toBe(true);
    await apply.getByRole("button", { name: "Skip that row" }).click();
    await apply.getByText("1 row moved and is skipped.").waitFor();
    await apply.getByRole("button", { name: "Apply 2 changes" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill("shop");
    await page.keyboard.press("Enter");
    await apply.getByText("Undo ready.").waitFor();
    expect(await rows("shop")).toEqual(["1 tent 11.00", "2 mat 20.00", "4 rope 8.00"]);
    // From the ledger's own page.
    await page.goto(`${world.server.url}/log?target=${encodeURIComponent("shop:public:items")}`);
    await page.getByRole("button", { name: "Undo" }).click();
    const dialog = page.getByRole("dialog", { name: "Undo what was applied" });
    await dialog.getByRole("textbox").fill("shop");
    await page.keyboard.press("Enter");
    await page.getByText("Undone: 2 rows put back.").waitFor();
    expect(await rows("shop")).toEqual(["1 tent 11.00", "2 mat 20.00", "3 cup 3.00"]);
    await page.getByRole("button", { name: "Close" }).first().click();
    await page.getByText("undone", { exact: true }).waitFor();
  });

  it("stores an uploaded file, refuses what is none, and says when the files are gone", async () => {
    const page = await world.openAs("ada", "/patches");
    await page.getByRole("button", { name: "Upload a patch" }).click();
    world.complaints.expect(/4\d\d/);
    const chosen = page.locator("input[type=file]");
    await chosen.setInputFiles({
      name: "notes.patch",
      mimeType: "text/plain",
      buffer: Buffer.from("no patch"),
    });
    await page.getByRole("alert").getByText("It was not stored").waitFor();
    const made = await patch("shop");
    const file = await page.request.get(`${world.server.url}/api/v1/patches/${made}/file`);
    await chosen.setInputFiles({ name: "may.patch", mimeType: "", buffer: await file.body() });
    await page.getByRole("heading", { level: 1, name: /stage:public:items → shop:public:items/ }).waitFor();
    await page.getByText("by an upload").waitFor();
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete its files" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { level: 1, name: "Patches" }).waitFor();
    const [kept] = await control(
      "SELECT removed_at IS NOT NULL AS removed FROM syncline_control.patches WHERE origin = 'upload'",
    );
    expect(kept).toEqual({ removed: true });
  });
});
