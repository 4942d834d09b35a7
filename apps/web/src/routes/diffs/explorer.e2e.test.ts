import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { graveFindings } from "../../testing/axe.ts";
import { DashboardWorld } from "../../testing/dashboard-world.ts";
import { settled } from "../../testing/settled.ts";

const MANY = 99_999;
const WIDE_COLUMNS = Array.from({ length: 300 }, (_, at) => `c${String(at + 1).padStart(3, "0")}`);
const LONG = 2_000_000;

const ROWS = `
  CREATE SCHEMA src; CREATE SCHEMA dst; CREATE SCHEMA bulk_src; CREATE SCHEMA bulk_dst; CREATE SCHEMA odd; CREATE SCHEMA even;
  CREATE TABLE src.orders (id int PRIMARY KEY, status text, total numeric(12,3), note text, payload jsonb);
  CREATE TABLE dst.orders (LIKE src.orders INCLUDING ALL);
  INSERT INTO src.orders SELECT n, 'paid', n + 0.5, '<img src=x onerror=alert(1)> ' || n || ' שלום 🎉',
    jsonb_build_object('id', n, 'tags', jsonb_build_array('a', n)) FROM generate_series(1, 60) n;
  INSERT INTO dst.orders SELECT id, CASE WHEN id % 10 = 0 THEN 'new' ELSE status END,
    CASE WHEN id % 15 = 0 THEN total + 0.001 ELSE total END, CASE WHEN id = 7 THEN note || '  ' WHEN id = 8 THEN NULL WHEN id = 9 THEN '' ELSE note END,
    CASE WHEN id = 12 THEN payload || '{"tags": ["a", "b"]}' ELSE payload END FROM src.orders WHERE id <= 55;
  INSERT INTO dst.orders SELECT n, 'gone', 0, NULL, '{}' FROM generate_series(101, 103) n;
  CREATE TABLE src.same (id int PRIMARY KEY); CREATE TABLE dst.same (LIKE src.same INCLUDING ALL);
  INSERT INTO src.same SELECT generate_series(1, 40); INSERT INTO dst.same TABLE src.same;
  CREATE TABLE bulk_src.moves (id int PRIMARY KEY, quantity int, state text);
  CREATE TABLE bulk_dst.moves (LIKE bulk_src.moves INCLUDING ALL);
  INSERT INTO bulk_src.moves SELECT n, n % 1000, 'closed' FROM generate_series(1, ${MANY}) n;
  INSERT INTO bulk_dst.moves SELECT id, quantity + 1, CASE WHEN id % 3 = 0 THEN 'open' ELSE state END FROM bulk_src.moves;
  CREATE TABLE odd.wide (id int PRIMARY KEY, ${WIDE_COLUMNS.map((name) => `${name} text`).join(", ")});
  CREATE TABLE even.wide (LIKE odd.wide INCLUDING ALL);
  INSERT INTO odd.wide SELECT n, ${WIDE_COLUMNS.map((name) => `'${name} ' || n`).join(", ")} FROM generate_series(1, 60) n;
  INSERT INTO even.wide SELECT id, 'other', ${WIDE_COLUMNS.slice(1, -1).join(", ")}, c300 || '!' FROM odd.wide;
  CREATE TABLE odd.documents (id int PRIMARY KEY, content text); CREATE TABLE even.documents (LIKE odd.documents INCLUDING ALL);
  INSERT INTO odd.documents VALUES (1, repeat('0123456789', ${LONG / 10}) || ' old words');
  INSERT INTO even.documents VALUES (1, repeat('0123456789', ${LONG / 10}) || ' other words');`;

let world: DashboardWorld<"ben">;
const patches: Record<string, string> = {};

beforeAll(async () => {
  world = await DashboardWorld.open({
    label: "explorer",
    databases: { shop: ROWS },
    config: ({ shop = "" }) => `version: 1\nservers: { a: { url: "${shop}" } }\n`,
    people: { ben: "viewer" },
  });
  for (const [name, source, target] of [
    ["orders", "a:src:*", "a:dst:*"],
    ["moves", "a:bulk_src:*", "a:bulk_dst:*"],
    ["odd", "a:odd:*", "a:even:*"],
    ["same", "a:src:same", "a:dst:same"],
  ] as const)
    patches[name] = (await world.diff("ada", source, target)).summary.patchId;
}, 240_000);
afterAll(() => world?.close());
afterEach(() => world.assertQuiet());

const grid = (page: Page) => page.getByRole("grid");
const row = (page: Page, n: number) => page.locator(`.dx-row[data-n="${n}"]`);
const panel = (page: Page) => page.getByRole("complementary", { name: "Row" });
const query = async (text: string) => (await world.databases["shop"]?.query(text)) ?? [];

async function look(page: Page, name: string): Promise<void> {
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await world.screenshot(page, `explorer-${name}-${theme}`);
    expect(await graveFindings(page), `${name}, ${theme}`).toEqual([]);
  }
}

it("goes from the verdict to a filter, a row, its details, and back by its address", async () => {
  const page = await world.openAs("ada", `/diffs/${patches["orders"]}`);
  await page.getByText("1 of 2 tables differs.").waitFor();
  const verdict = await page.getByRole("region", { name: "Verdict" }).textContent();
  const [counts] =
    await query(`SELECT count(*) FILTER (WHERE d.id IS NULL)::int AS added, count(*) FILTER (WHERE s.id IS NULL)::int AS gone,
    count(*) FILTER (WHERE s.id = d.id AND (s.*) IS DISTINCT FROM (d.*))::int AS changed FROM src.orders s FULL JOIN dst.orders d USING (id)`);
  expect(verdict).toContain(`+${counts?.["added"]}`);
  expect(verdict).toContain(`~${counts?.["changed"]}`);
  expect(verdict).toContain(`−${counts?.["gone"]}`);
  await page.getByRole("tab", { name: `Deletes ${counts?.["gone"]}` }).click();
  await page.waitForURL(/kind=delete/);
  await expect.poll(() => grid(page).getAttribute("aria-rowcount")).toBe("4");
  await page.keyboard.press("3");
  await page.waitForURL(/kind=update/);
  await page.getByLabel("Updates that change this column").first().click();
  await page.getByRole("option", { name: /^status/ }).click();
  await page.waitForURL(/column=status/);
  const [status] = await query(
    "SELECT count(*)::int AS n FROM src.orders s JOIN dst.orders d USING (id) WHERE s.status <> d.status",
  );
  await expect.poll(() => grid(page).getAttribute("aria-rowcount")).toBe(String(Number(status?.["n"]) + 1));
  await look(page, "filtered");
  await grid(page).getByRole("row").filter({ hasText: "30" }).first().click();
  await page.waitForURL(/row=\d+/);
  const details = panel(page);
  await details.getByText("id 30").waitFor();
  expect(await details.textContent()).toContain("30.501");
  await look(page, "row");
  const again = await world.openAs("ada", page.url().slice(world.server.url.length));
  await panel(again).getByText("id 30").waitFor();
  expect(
    await again
      .getByRole("tablist", { name: "Kinds of changes" })
      .getByRole("tab", { selected: true })
      .textContent(),
  ).toContain("Updates");
  await expect.poll(() => again.locator('.dx-row[aria-selected="true"]').textContent()).toContain("30");
  await again.keyboard.press("Escape");
  await panel(again).waitFor({ state: "detached" });
  expect(new URL(again.url()).searchParams.get("row")).toBeNull();
}, 60_000);

it("opens a row by its key, says so when the filter hides it, and when there is none", async () => {
  const address = (table: string, key: string) => encodeURIComponent(JSON.stringify([table, key]));
  const page = await world.openAs(
    "ada",
    `/diffs/${patches["orders"]}?kind=delete&row=${address("orders", "8")}`,
  );
  await panel(page).getByText("id 8").waitFor();
  await panel(page).getByText("The filter of the list does not choose this row.").waitFor();
  await page.goto(`${world.server.url}/diffs/${patches["orders"]}?row=${address("orders", "1")}`);
  await panel(page).getByText("does not change that row").waitFor();
}, 60_000);

it("shows NULL, an empty text and blanks as what they are, and hostile text as text", async () => {
  const page = await world.openAs("ada", `/diffs/${patches["orders"]}?table=orders&column=note`);
  await page.locator(".dx-row[data-n]").first().waitFor();
  const shown = await grid(page).textContent();
  expect(shown).toContain("NULL");
  expect(shown).toContain("empty");
  expect(shown).toContain("··");
  expect(shown).toContain("<img src=x onerror=alert(1)>");
  expect(await page.locator(".dx-grid img").count()).toBe(0);
}, 60_000);

it("shows what changed in JSON by place", async () => {
  const page = await world.openAs("ada", `/diffs/${patches["orders"]}?table=orders&column=payload`);
  await grid(page).getByRole("row").nth(1).click();
  const details = panel(page);
  await details.getByText('"b"').waitFor();
  expect(await details.locator(".dx-json").textContent()).toMatch(/tags.*1.*"b".*→.*12/);
}, 60_000);

it(`reaches every one of ${MANY} rows`, async () => {
  const page = await world.openAs("ada", `/diffs/${patches["moves"]}`);
  await row(page, 0).waitFor();
  await grid(page).focus();
  await page.keyboard.press("End");
  await row(page, MANY - 1).waitFor();
  const [last] = await query(
    "SELECT s.id, s.quantity AS new, d.quantity AS old, d.state FROM bulk_src.moves s JOIN bulk_dst.moves d USING (id) ORDER BY id DESC LIMIT 1",
  );
  const text = (await row(page, MANY - 1).textContent()) ?? "";
  for (const part of ["id", "new", "old", "state"]) expect(text).toContain(String(last?.[part]));
  // The scroll bar's middle is the middle of the rows.
  await grid(page).evaluate((box) => box.scrollTo({ top: (box.scrollHeight - box.clientHeight) / 2 }));
  const shownFirst = async () => Number(await page.locator(".dx-row[data-n]").first().getAttribute("data-n"));
  await expect.poll(async () => Math.abs((await shownFirst()) - MANY / 2)).toBeLessThan(100);
  // A wheel goes on by pixels, so that no row is jumped over.
  const box = await grid(page).boundingBox();
  await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 200);
  const first = async () =>
    Math.min(
      ...(await page
        .locator(".dx-row")
        .evaluateAll((rows) => rows.map((each) => Number(each.getAttribute("aria-rowindex"))))),
    );
  const before = await first();
  await page.mouse.wheel(0, 440);
  await expect.poll(first).toBe(before + 10);
  expect(await page.locator("*").count()).toBeLessThan(2_500);
  await page.getByLabel("Key begins with").fill("9999");
  await expect.poll(() => grid(page).getAttribute("aria-rowcount")).toBe("12");
  expect(await page.getByRole("tab", { name: "All 11" }).count()).toBe(1);
}, 60_000);

it("shows 300 columns, some at a time, the changed ones alone at first", async () => {
  const page = await world.openAs("ada", `/diffs/${patches["odd"]}?table=wide`);
  await settled(page);
  expect(await grid(page).getAttribute("aria-colcount")).toBe("4");
  await page.getByRole("switch", { name: "All columns" }).click({ force: true });
  await expect.poll(() => grid(page).getAttribute("aria-colcount")).toBe("302");
  expect(await page.getByRole("columnheader").count()).toBeLessThan(20);
  await grid(page).evaluate((box) => box.scrollTo({ left: box.scrollWidth }));
  await page.getByRole("columnheader", { name: "c300" }).waitFor();
  expect(await grid(page).getByRole("row").nth(1).textContent()).toMatch(/c300 1!.*c300 1/);
  expect(await page.getByRole("columnheader", { name: "id key" }).isVisible()).toBe(true);
}, 60_000);

it("shows a value of 2 MB by its beginning, then what changed in it", async () => {
  const page = await world.openAs("ada", `/diffs/${patches["odd"]}?table=documents`);
  const line = grid(page).getByRole("row").nth(1);
  await line.getByText("differs further on").waitFor();
  expect(((await line.textContent()) ?? "").length).toBeLessThan(1_000);
  await line.click();
  await panel(page).getByRole("button", { name: "Show all 2,000,012 characters" }).click();
  const diff = panel(page).locator(".dx-word-diff");
  await diff.waitFor();
  expect(await diff.locator("del").allTextContents()).toEqual(["other"]);
  expect(await diff.locator("ins").allTextContents()).toEqual(["old"]);
  await panel(page).getByRole("button", { name: "Copy as JSON" }).click();
  await panel(page).getByText("Copied").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(copied).new.content).toHaveLength(LONG + 10);
}, 60_000);

it("says proudly that nothing differs", async () => {
  const page = await world.openAs("ada", `/diffs/${patches["same"]}`);
  await page.getByText("Both are equal: 40 rows in 1 table.").waitFor();
  await look(page, "equal");
}, 60_000);

it("shows viewers the verdict and says why there are no rows", async () => {
  const page = await world.openAs("ben", `/diffs/${patches["orders"]}`);
  await page.getByText("1 of 2 tables differs.").waitFor();
  await page.getByText("You may see the verdict, not the rows").waitFor();
  expect(await page.getByRole("grid").count()).toBe(0);
}, 60_000);

it("compares from the form, and lists what came of it", async () => {
  const page = await world.openAs("ada", "/diffs/new?source=a:src:*");
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.getByText("1 field to fill or to mend").waitFor();
  await page.getByRole("group", { name: "Target" }).getByRole("button", { name: "Type a locator" }).click();
  await page.getByLabel("Target: locator").fill("a:dst:orders");
  await page.getByText("syncline diff 'a:src:*' a:dst:orders").waitFor();
  await look(page, "new");
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.waitForURL(/\/diffs\/[0-9a-f-]{36}/);
  await page.getByText("The table differs.").waitFor();
  await page.getByRole("link", { name: "Compare again" }).click();
  await page.getByText("syncline diff 'a:src:*' a:dst:orders").waitFor();
  await page.getByRole("link", { name: "Save as a job" }).click();
  await page.getByRole("heading", { name: "Create a job" }).waitFor();
  expect(await page.getByLabel("Target: tenant").first().inputValue()).toBe("dst");
  await page.goBack();
  await page.getByRole("link", { name: "Comparisons" }).first().click();
  await page.getByRole("link", { name: "orders differs" }).first().waitFor();
  await look(page, "list");
}, 60_000);
