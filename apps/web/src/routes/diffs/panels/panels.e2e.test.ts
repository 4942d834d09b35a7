import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { graveFindings } from "../../../testing/axe.ts";
import { DashboardWorld, PHONE } from "../../../testing/dashboard-world.ts";
import { settled } from "../../../testing/settled.ts";

const ROWS = `
  CREATE SCHEMA src; CREATE SCHEMA dst;
  CREATE TABLE src.orders (id int PRIMARY KEY, customer text, status text, total numeric(12,2), seen timestamptz, note text);
  CREATE TABLE dst.orders (LIKE src.orders INCLUDING ALL);
  CREATE TABLE src.people (id int PRIMARY KEY, name text, seen timestamptz);
  CREATE TABLE dst.people (LIKE src.people INCLUDING ALL);
  INSERT INTO src.people SELECT n, 'Person ' || n, '2026-01-01' FROM generate_series(1, 80) n;
  INSERT INTO dst.people SELECT id, CASE WHEN id % 10 = 0 THEN upper(name) ELSE name END, '2026-01-02' FROM src.people;
  INSERT INTO src.orders SELECT n, 'customer ' || n % 17, CASE WHEN n % 3 = 0 THEN 'paid' ELSE 'new' END, n * 1.5, '2026-01-01',
    CASE WHEN n % 4 = 0 THEN NULL ELSE 'note <img src=x onerror=alert(1)> ' || n END FROM generate_series(1, 400) n;
  INSERT INTO dst.orders SELECT id, customer, CASE WHEN id % 5 = 0 THEN 'old' ELSE status END,
    total + CASE WHEN id % 2 = 0 THEN 0.01 ELSE 0 END, '2026-01-02', CASE WHEN id % 7 = 0 THEN note || ' ' ELSE note END
    FROM src.orders WHERE id <= 340;
  INSERT INTO dst.orders SELECT n, 'gone', 'old', 0, '2026-01-02', NULL FROM generate_series(1001, 1025) n;`;

/** Other work may share the machine. */
const LONG = 180_000;

let world: DashboardWorld<"ben">;
let jobId = "";
let patchId = "";

beforeAll(async () => {
  world = await DashboardWorld.open({
    label: "panels",
    databases: { shop: ROWS },
    config: ({ shop = "" }) => `version: 1\nservers: { a: { url: "${shop}" } }\n`,
    people: { ben: "viewer" },
  });
  const job = await world.ask("ada", "POST", "/jobs", {
    name: "nightly",
    kind: "diff",
    source: "a:src:*",
    target: "a:dst:*",
  });
  jobId = job.id;
  const run = await world.ask("ada", "POST", `/jobs/${jobId}/run?wait=60`);
  patchId = run.summary.patchId;
}, LONG);
afterAll(() => world?.close());
afterEach(() => world.assertQuiet());

async function look(page: Page, name: string): Promise<void> {
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.waitForTimeout(250); // colours fade
    await world.screenshot(page, `explorer-${name}-${theme}`);
    expect(await graveFindings(page), `${name}, ${theme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

it(
  "shows the noisiest columns first, and the rows of one",
  async () => {
    const page = await world.openAs("ada", `/diffs/${patchId}?view=columns`);
    await settled(page);
    const first = page.getByRole("table", { name: "Changed columns" }).getByRole("row").nth(1);
    expect(await first.textContent()).toMatch(/^seenorders.*100%340117/);
    await look(page, "columns");
    await page.getByRole("button", { name: "Values of total" }).click();
    await page.getByText("Differences, new less old").waitFor();
    await world.screenshot(page, "explorer-column-values-light");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Show updates of status" }).click();
    await page.waitForURL(/column=status/);
    const address = new URL(page.url()).searchParams;
    expect([address.get("view"), address.get("table"), address.get("kind")]).toEqual([
      null,
      "orders",
      "update",
    ]);
  },
  LONG,
);

it(
  "shows where changes lie and what a column became",
  async () => {
    const page = await world.openAs("ada", `/diffs/${patchId}?view=shape&table=orders`);
    await settled(page);
    await page
      .getByRole("img", { name: /60 inserted, 340 updated, 25 deleted along the key of orders/ })
      .waitFor();
    await page.getByRole("combobox", { name: "Column", exact: true }).click();
    await page.getByRole("option", { name: "note" }).click();
    await page.getByText("Only whitespace").waitFor();
    await look(page, "shape");
  },
  LONG,
);

it(
  "shows the SQL and what takes it back, as the file has them",
  async () => {
    const page = await world.openAs("ada", `/diffs/${patchId}?view=sql`);
    await settled(page);
    const editor = page.getByLabel("SQL of the patch");
    await editor.waitFor();
    expect(await editor.textContent()).toContain("BEGIN;");
    await editor.getByText("DELETE").first().waitFor();
    await look(page, "sql");
    await page.getByText("What takes it back").click();
    await page.getByLabel("SQL that takes the patch back").waitFor();
    expect(await page.getByLabel("SQL that takes the patch back").textContent()).toContain(
      "Takes back patch",
    );
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "Whole script" }).click();
    expect((await downloading).suggestedFilename()).toBe(`${patchId}.undo.sql`);
    await page.getByLabel("Go to statement").fill("490");
    await page.keyboard.press("Enter");
    await page.getByText("From statement 487 on.").waitFor();
  },
  LONG,
);

it(
  "makes a patch of exactly what is shown",
  async () => {
    const page = await world.openAs("ada", `/diffs/${patchId}?table=orders&kind=update&column=status`);
    await settled(page);
    await page.getByRole("button", { name: "Make a patch" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("that change status").waitFor();
    await look(page, "make-patch");
    const wanted =
      (await world.databases["shop"]?.query(
        "SELECT count(*)::int AS n FROM src.orders s JOIN dst.orders d USING (id) WHERE s.status <> d.status",
      )) ?? [];
    const count = wanted[0]?.["n"];
    await dialog.getByRole("button", { name: `Make a patch of ${count} changes` }).click();
    await page.waitForURL(/\/patches\/[0-9a-f-]{36}/);
    const made = page.url().match(/patches\/([0-9a-f-]{36})/)?.[1] ?? "";
    const stored = await world.ask("ada", "GET", `/patches/${made}`);
    expect(stored).toMatchObject({
      origin: "selection",
      operations: count,
      complete: true,
      selectedFrom: { patchId },
    });
    const { tables } = await world.ask("ada", "GET", `/patches/${made}/tables`);
    expect(tables).toMatchObject([{ name: "orders", changes: { insert: 0, update: count, delete: 0 } }]);
  },
  LONG,
);

it(
  "says that what is shown is not what was counted, and makes nothing",
  async () => {
    const page = await world.openAs("ada", `/diffs/${patchId}?kind=delete`);
    await settled(page);
    // What another count would be: the server finds 25.
    await page.route("**/selection", (route) =>
      route.continue({ postData: JSON.stringify({ ...route.request().postDataJSON(), count: 24 }) }),
    );
    world.complaints.expect(/409/);
    await page.getByRole("button", { name: "Make a patch" }).click();
    await page.getByRole("button", { name: "Make a patch of 25 changes" }).click();
    await page.getByText("expected 24, found 25").waitFor();
    await world.screenshot(page, "explorer-make-patch-refused-light");
  },
  LONG,
);

it(
  "previews an ignore rule and saves it to the job with its reason",
  async () => {
    const page = await world.openAs("ada", `/diffs/${patchId}?view=columns`);
    await settled(page);
    await page.getByRole("button", { name: "Ignore seen" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/of 420 updates would be gone/).waitFor();
    await dialog.getByRole("button", { name: "Add a tolerance" }).click();
    await dialog.getByLabel("Column of tolerance 1").click();
    await page.getByRole("option", { name: "total" }).click();
    await dialog.getByLabel("Greatest difference of tolerance 1").fill("0.01");
    const left =
      (await world.databases["shop"]?.query(`
    SELECT count(*)::int AS n FROM src.orders s JOIN dst.orders d USING (id)
    WHERE s.status <> d.status OR s.note IS DISTINCT FROM d.note`)) ?? [];
    const remain = 80 + (left[0]?.["n"] as number);
    await dialog
      .getByText(new RegExp(`${420 - remain} of 420 updates would be gone, ${remain} would remain`))
      .waitFor();
    await look(page, "ignore");
    await dialog.getByLabel("Why").fill("Written by every login");
    await dialog.getByRole("button", { name: "Save to the job nightly" }).click();
    await dialog.getByText("Saved to").waitFor();
    const job = await world.ask("ada", "GET", `/jobs/${jobId}`);
    expect(job.definition).toMatchObject({ ignoreFields: ["orders.seen"], tolerance: { total: "0.01" } });
    const entries = await world.databases["control"]?.query(
      `SELECT actor, detail ->> 'reason' AS reason FROM syncline_control.audit_entries WHERE action = 'job.update' AND subject_id = '${jobId}'`,
    );
    expect(entries).toEqual([{ actor: expect.stringContaining("ada"), reason: "Written by every login" }]);
    const again = await world.ask("ada", "POST", `/jobs/${jobId}/run?wait=60`);
    expect(again.summary.counts.updated).toBe(remain);
  },
  LONG,
);

it(
  "exports what is shown",
  async () => {
    const page = await world.openAs("ada", `/diffs/${patchId}?kind=delete`);
    await settled(page);
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByText("25 changes", { exact: true }).waitFor();
    const downloading = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: /^CSV/ }).click();
    const download = await downloading;
    const text = await readFile(await download.path(), "utf8");
    expect(text.split("\n")).toHaveLength(1 + 25 * 6 + 1);
  },
  LONG,
);

it(
  "shows columns, and nothing of rows, to those who may not read rows",
  async () => {
    const page = await world.openAs("ben", `/diffs/${patchId}?view=columns`);
    await settled(page);
    await page.getByText("Your role sees which columns differ, not their values.").waitFor();
    expect(await page.getByRole("button", { name: "Make a patch" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Export" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Ignore status" }).isDisabled()).toBe(true);
  },
  LONG,
);

it(
  "fits a phone, and is gone through with the keyboard",
  async () => {
    const page = await world.openAs("ada", `/diffs/${patchId}`, { viewport: PHONE });
    await settled(page);
    for (const [keys, view] of [
      ["v c", "columns"],
      ["v h", "shape"],
      ["v i", "ignore"],
      ["v s", "sql"],
    ] as const) {
      for (const key of keys.split(" ")) await page.keyboard.press(key);
      await page.waitForURL(new RegExp(`view=${view}`));
      await settled(page);
      await world.screenshot(page, `explorer-${view}-phone`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, view).toBeLessThanOrEqual(PHONE.width);
    }
    await page.keyboard.press("p");
    await page.getByRole("dialog").getByText("All changes of this patch.").waitFor();
  },
  LONG,
);
