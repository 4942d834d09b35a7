import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CHROMIUM_PATH } from "../../testing/browser.ts";
import { DashboardWorld } from "../../testing/dashboard-world.ts";

const MANY = 10_000;
const PATIENT = { timeout: 15_000 };

/** Skipped, and shown as such, where no Chromium is installed. */
describe.skipIf(CHROMIUM_PATH === null)("the conflicts inbox, in Chromium", () => {
  let world: DashboardWorld<"ben" | "otto">;

  beforeAll(async () => {
    world = await DashboardWorld.open({
      label: "conflicts",
      databases: { shop: "SELECT 1" },
      config: ({ shop }) =>
        `version: 1\nservers:\n  main: {url: "${shop}", protection: open}\n  branch: {url: "${shop}", protection: open}\n`,
      people: { ben: "reviewer", otto: "operator" },
    });
  }, 120_000);
  afterAll(() => world.close());
  afterEach(() => world.assertQuiet());

  const PLACES = { source: "branch:src:users", target: "main:dst:users", base: "main:base:users" };

  beforeEach(async () => {
    const { shop } = world.databases;
    for (const schema of ["base", "src", "dst"])
      await shop?.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema};
      CREATE TABLE ${schema}.users (id int PRIMARY KEY, name text, mail text, age int, changed timestamptz NOT NULL DEFAULT '2026-01-01');
      INSERT INTO ${schema}.users VALUES (1, 'Ada', 'a@x', 30), (2, 'Bob', 'b@x', 40), (3, 'Cyd', 'c@x', 50)`);
    await shop?.query(`UPDATE src.users SET name = 'Ann', mail = 'n@x' WHERE id = 1; UPDATE dst.users SET name = 'Abe', mail = 'e@x' WHERE id = 1;
    UPDATE src.users SET name = 'Bea' WHERE id = 2; UPDATE dst.users SET name = ' Ben', age = 41 WHERE id = 2;
    DELETE FROM src.users WHERE id = 3; UPDATE dst.users SET name = 'Cyn' WHERE id = 3`);
  });

  const rows = async () =>
    (
      (await world.databases["shop"]?.query("SELECT id, name, mail, age FROM dst.users ORDER BY id")) ?? []
    ).map((row) =>
      Object.values(row as object)
        .map((value) => value ?? "NULL")
        .join(" "),
    );

  async function mergeJob(name: string, more: object = {}) {
    const job = await world.ask("ada", "POST", "/jobs", { kind: "merge", ...PLACES, name, ...more });
    const run = () => world.ask("ada", "POST", `/jobs/${job.id}/run?wait=60`);
    await run();
    const idOf = async (id: string) => {
      const { items } = await world.ask("ada", "GET", `/conflicts?jobId=${job.id}&limit=500`);
      return items.find((each: { key: { id: string } }) => each.key.id === id).id as string;
    };
    return { id: job.id as string, run, idOf };
  }

  const title = (page: Page) => page.getByRole("heading", { level: 1 });
  const shown = (page: Page, name: string) => page.getByRole("heading", { level: 1, name }).waitFor();
  const decide = (page: Page) => page.getByRole("button", { name: /^Decide( Enter)?$/ });

  it("by mouse: column by column, a typed value, the row that one side deleted; then the next run writes it", async () => {
    const job = await mergeJob("by-mouse");
    const page = await world.openAs("ben", `/conflicts?job=${job.id}`);
    await page.getByRole("link", { name: /id 1/ }).click();
    await shown(page, "id 1");
    const table = page.getByRole("table", { name: "The row on each side" });
    const heads = await table.getByRole("columnheader").allTextContents();
    expect(heads.map((text) => text.replace(/Take.*/, "").trim())).toEqual([
      "Column",
      "Base common basemain:base",
      "Ours targetmain:dst",
      "Theirs sourcebranch:src",
      "Result as it shall be",
    ]);
    expect(await decide(page).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "name from theirs: Ann" }).click();
    await page.getByText("Still to be chosen: mail.").waitFor();
    await page.getByRole("button", { name: "Type a value for mail" }).click();
    await page.getByRole("checkbox", { name: "NULL" }).check();
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByText("Will be written to the target: name, mail.").waitFor();
    await decide(page).click();

    await shown(page, "id 2");
    // Blanks are seen, and what one side alone changed comes along.
    await page.getByRole("button", { name: "name from ours" }).getByText("·").waitFor();
    await page.getByRole("button", { name: /more columns/ }).click();
    await page.getByRole("button", { name: "Take the row" }).nth(1).click();
    await page.getByText("The row stays as the target has it.").waitFor();
    await decide(page).click();

    await shown(page, "id 3");
    await page.getByText("No row here").waitFor();
    await page.getByRole("button", { name: "Take: no row" }).click();
    await page.getByText("The row will be deleted.").waitFor();
    await decide(page).click();

    // Nothing is left to decide: the list says so, and how what was decided is written.
    await page.getByText("Everything here is decided").waitFor();
    expect(await rows()).toEqual(["1 Abe e@x 30", "2  Ben b@x 41", "3 Cyn c@x 50"]);
    await page.getByText("3 decisions wait to be written, 0 open").waitFor();
    await world.screenshot(page, "conflicts-decided");
    await page.getByRole("button", { name: "Run it now" }).click();
    await page.waitForURL(/\/runs\//);
    await expect.poll(rows, { timeout: 15_000 }).toEqual(["1 Ann NULL 30", "2  Ben b@x 41"]);
  });

  it("by keyboard alone: through the list, by column and by row, taken back, typed, and to the end", async () => {
    const job = await mergeJob("by-keys");
    const page = await world.openAs("ben", `/conflicts?job=${job.id}`);
    await page.getByRole("link", { name: /id 1/ }).waitFor();
    await page.keyboard.press("j");
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent), PATIENT)
      .toContain("id 1");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent), PATIENT)
      .toContain("id 1");
    await page.keyboard.press("Enter");
    await shown(page, "id 1");
    await page.getByText("Choose a side for each column").waitFor();
    await page.keyboard.press("O");
    await page.getByText("The row stays as the target has it.").waitFor();
    await page.keyboard.press("u");
    await page.getByText("Choose a side for each column").waitFor();
    await page.keyboard.press("o");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("e");
    await page.getByRole("textbox", { name: "Value of mail" }).waitFor();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("typed@x");
    await page.keyboard.press("Enter");
    await page.getByText("Will be written to the target: mail.").waitFor();
    await page.keyboard.press("Enter");
    await shown(page, "id 2");
    await page.getByText("Choose a side for each column").waitFor();
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    for (const label of [
      "This column from theirs",
      "Take back the last choice",
      "Decide, and go to the next conflict",
    ])
      await sheet.getByText(label, { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "hidden" });
    await page.keyboard.press("t");
    await page.keyboard.press("Enter");
    await shown(page, "id 3");
    await page.getByText("Choose one side.").waitFor();
    await page.keyboard.press("x");
    await page.getByText("The row will be deleted.").waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("Everything here is decided").waitFor();
    await job.run();
    expect(await rows()).toEqual(["1 Abe typed@x 30", "2 Bea b@x 41"]);
  });

  it("two people at once: the later one sees what was decided, keeps the choices, and decides anew", async () => {
    const job = await mergeJob("at-once");
    const id = await job.idOf("1");
    const page = await world.openAs("ben", `/conflicts/${id}?job=${job.id}`);
    await page.getByRole("button", { name: "name from ours: Abe" }).click();
    await page.getByRole("button", { name: "mail from theirs: n@x" }).click();
    await world.ask("ada", "POST", `/conflicts/${id}/resolve`, { choice: "theirs" });
    await page.getByText("Changed while you were looking at it").waitFor();
    await page.getByText("Theirs").first().waitFor();
    await page
      .getByText(/was chosen by/)
      .getByText("ada@example.test")
      .waitFor();
    world.complaints.expect(/409/);
    await decide(page).click();
    await page.getByText("Changed while you were looking at it").waitFor();
    await world.screenshot(page, "conflict-at-once");
    const { decisions } = await world.ask("ada", "GET", `/conflicts/${id}`);
    expect(decisions.map(({ choice }: { choice: string }) => choice)).toEqual(["theirs"]);
    await page.getByRole("button", { name: "Decide anew with my choices" }).click();
    await page.getByText("Will be written to the target: mail.").waitFor();
    await decide(page).click();
    await shown(page, "id 2");
    await job.run();
    expect((await rows())[0]).toBe("1 Abe n@x 30");
  });

  it("many by a rule: what it would decide is seen first, and refused when somebody was faster", async () => {
    const job = await mergeJob("by-rule");
    const page = await world.openAs("ben", `/conflicts?job=${job.id}`);
    await page.getByRole("button", { name: "Decide 3 by a rule" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("The whole row from one side").click();
    await dialog.getByText("Theirs (source)").click();
    await dialog.getByText("Decides 3 of 3 conflicts").waitFor();
    await dialog.getByText("− no row").waitFor();
    await world.screenshot(page, "conflicts-rule");
    await world.ask("ada", "POST", `/conflicts/${await job.idOf("2")}/resolve`, { choice: "ours" });
    world.complaints.expect(/409/);
    await dialog.getByRole("button", { name: "Decide 3" }).click();
    await dialog.getByText("Nothing was decided", { exact: true }).waitFor();
    await dialog.getByText("Decides 2 of 2 conflicts").waitFor();
    await dialog.getByRole("button", { name: "Decide 2" }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.getByText("Everything here is decided").waitFor();
    await job.run();
    expect(await rows()).toEqual(["1 Ann n@x 30", "2  Ben b@x 41"]);
  });

  it("a patch that met changed rows: decided here, it is a patch, and that applies", async () => {
    const patchId = (await world.diff("ada", PLACES.source, PLACES.target)).summary.patchId;
    await world.databases["shop"]?.query("UPDATE dst.users SET name = 'Zoe' WHERE id = 1");
    const job = { name: "drifted", kind: "apply", patch: patchId, target: PLACES.target };
    const { id } = await world.ask("ada", "POST", "/jobs", job);
    const run = await world.ask("ada", "POST", `/jobs/${id}/run?wait=60`);
    expect(run.state).toBe("conflicted");
    const page = await world.openAs("ben", `/conflicts?job=${id}`);
    await page.getByRole("link", { name: /id 1/ }).click();
    await page.getByText("what the patch writes").waitFor();
    await page.getByRole("button", { name: "name from ours: Zoe" }).click();
    await page.getByRole("button", { name: "mail from theirs: n@x" }).click();
    await decide(page).click();
    await page.getByRole("button", { name: "Make a patch" }).click();
    await page.waitForURL(/\/patches\//);
    const made = page.url().split("/").at(-1);
    const applied = await world.ask("ada", "POST", "/apply?wait=60", { patch: made, target: PLACES.target });
    expect(applied.state).toBe("succeeded");
    expect(await rows()).toEqual(["1 Zoe n@x 30", "2 Bea b@x 40"]);
  });

  it("who may not decide sees all of it and why", async () => {
    const job = await mergeJob("looked-at");
    const page = await world.openAs("otto", `/conflicts/${await job.idOf("1")}`);
    await page.getByText("Deciding takes the role of a reviewer.").waitFor();
    expect(await page.getByRole("button", { name: "name from theirs: Ann" }).isDisabled()).toBe(true);
    await page.keyboard.press("t");
    await page.keyboard.press("Enter");
    expect(await title(page).textContent()).toContain("id 1");
    const { state } = await world.ask("ada", "GET", `/conflicts/${await job.idOf("1")}`);
    expect(state).toBe("open");
  });

  it(`${MANY} conflicts: few lines are drawn, the last one is reached, and one rule decides them all`, {
    timeout: 120_000,
  }, async () => {
    const { shop } = world.databases;
    for (const schema of ["base", "src", "dst"])
      await shop?.query(`TRUNCATE ${schema}.users;
      INSERT INTO ${schema}.users SELECT n, '${schema}' || n, 'm', n FROM generate_series(1, ${MANY}) n`);
    const job = await mergeJob("many");
    const page = await world.openAs("ben", `/conflicts?job=${job.id}`);
    await page.getByRole("radio", { name: "Open 10,000" }).waitFor({ state: "attached" });
    const lines = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: /id \d/ }) });
    await expect.poll(() => lines.count(), PATIENT).toBeGreaterThan(5);
    const drawn = async () => {
      expect(await lines.count()).toBeLessThan(100);
      return page.locator(".sl-inbox-scroll").evaluate((list) => {
        list.scrollTop = list.scrollHeight;
        return list.textContent ?? "";
      });
    };
    await expect.poll(drawn, { timeout: 20_000 }).toContain("id 10000");
    await page.getByRole("button", { name: "Decide 10,000 by a rule" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Ours (target)").click();
    await dialog.getByText("Decides 10,000 of 10,000 conflicts").waitFor();
    await dialog.getByRole("button", { name: "Decide 10,000" }).click();
    await dialog.waitFor({ state: "hidden", timeout: 20_000 });
    await page.getByText("Everything here is decided").waitFor();
    const { total } = await world.ask("ada", "GET", `/conflicts/counts?jobId=${job.id}&state=resolved`);
    expect(total).toBe(MANY);
  });
});
