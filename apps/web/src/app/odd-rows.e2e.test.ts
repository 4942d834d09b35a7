import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM_PATH } from "../testing/browser.ts";
import { DashboardWorld, type OpenOptions } from "../testing/dashboard-world.ts";
import { overflowOf, settled } from "../testing/settled.ts";

const RTL = "مرحبا بالعالم";
const FAMILY = "👩‍👩‍👧‍👦 🏳️‍🌈";
const IMAGE = "<img src=x onerror=alert(1)>";
const SCRIPT = '<script>document.title = "owned"</script>';
const TURNED = "right\u202etfel-ot";
const COLUMNS = Array.from({ length: 299 }, (_, at) => `c${String(at + 1).padStart(3, "0")}`);
const LONG = 2_000_000;

function tables(side: "stage" | "prod"): string {
  const differs = side === "stage";
  const columns = COLUMNS.map((name) => `${name} text DEFAULT 'as it was'`).join(", ");
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  return `CREATE SCHEMA equal; CREATE TABLE equal.t (id int PRIMARY KEY); INSERT INTO equal.t VALUES (1), (2);
    CREATE SCHEMA one; CREATE TABLE one.t (id int PRIMARY KEY, name text); INSERT INTO one.t VALUES (1, '${side}');
    CREATE SCHEMA wide; CREATE TABLE wide.t (id int PRIMARY KEY, ${columns}); INSERT INTO wide.t (id) SELECT generate_series(1, 9);
    CREATE SCHEMA big; CREATE TABLE big.t (id int PRIMARY KEY, content text);
    INSERT INTO big.t VALUES (1, repeat('0123456789', ${LONG / 10}));
    CREATE SCHEMA odd; CREATE TABLE odd."${IMAGE}" (id int PRIMARY KEY, "<b>value</b>" text);
    INSERT INTO odd."${IMAGE}" SELECT n, 'plain' FROM generate_series(1, 6) AS n;
    ${
      differs
        ? `UPDATE wide.t SET c001 = 'first', c150 = 'middle', c299 = 'last';
           UPDATE big.t SET content = overlay(content PLACING 'HERE' FROM 1000000);
           UPDATE odd."${IMAGE}" SET "<b>value</b>" = (ARRAY[${[RTL, FAMILY, IMAGE, SCRIPT, TURNED].map(text).join(", ")}])[id] WHERE id <= 5;`
        : ""
    }`;
}

/** Skipped, and shown as such, where no Chromium is installed. */
describe.skipIf(CHROMIUM_PATH === null)("odd rows in the diff explorer", { timeout: 180_000 }, () => {
  let world: DashboardWorld<"ann">;
  const patches: Record<string, string> = {};
  beforeAll(async () => {
    world = await DashboardWorld.open({
      label: "odd_rows",
      databases: { stage: tables("stage"), prod: tables("prod") },
      config: ({ stage, prod }) => `version: 1
servers:
  stage: { url: "${stage}", protection: open }
  prod: { url: "${prod}", protection: open }
`,
      people: { ann: "operator" },
    });
    for (const tenant of ["equal", "one", "wide", "big", "odd"]) {
      const run = await world.diff("ann", `stage:${tenant}:*`, `prod:${tenant}:*`);
      patches[tenant] = run.summary.patchId;
    }
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await world.screenshotAll(`failed ${task.name}`);
    await world.assertQuiet();
  });
  afterAll(() => world.close());

  const open = async (tenant: string, options: OpenOptions = {}): Promise<Page> => {
    const page = await world.openAs("ann", `/diffs/${patches[tenant]}`, options);
    await settled(page);
    return page;
  };
  const grid = (page: Page) => page.getByRole("grid", { name: "Changed rows" });

  it("no row: says that both places are the same, and offers no patch", async () => {
    const page = await open("equal");
    await page.getByText("There is no row to show").waitFor();
    expect(await grid(page).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Make a patch" }).count()).toBe(0);
  });

  it("one row: is there, with both its sides", async () => {
    const page = await open("one");
    await grid(page)
      .getByRole("row", { name: /prod.*stage/ })
      .waitFor();
    expect(await grid(page).getAttribute("aria-rowcount")).toBe("2");
  });

  it("300 columns: only those in view are in the document, and the last one can be come to", async () => {
    const page = await open("wide");
    await grid(page).getByRole("row", { name: /first/ }).first().waitFor();
    expect(Number(await grid(page).getAttribute("aria-colcount"))).toBeGreaterThanOrEqual(3);
    expect(await page.getByRole("gridcell").count()).toBeLessThan(600);
    expect(await overflowOf(page)).toBe(0);
    await grid(page).evaluate((element) => {
      element.scrollLeft = element.scrollWidth;
    });
    await grid(page).getByText("last").first().waitFor();
    await grid(page).getByRole("row").nth(1).click();
    await page.getByRole("heading", { name: "Changed row" }).waitFor();
    expect(await page.getByText("middle").count()).toBeGreaterThan(0);
  });

  it("2 MB in a cell: the list takes a piece of it, the row shows where it differs", async () => {
    const page = await open("big");
    await grid(page).getByRole("row").nth(1).waitFor();
    expect((await page.content()).length).toBeLessThan(400_000);
    await grid(page).getByRole("row").nth(1).click();
    await page.getByRole("heading", { name: "Changed row" }).waitFor();
    await page.getByRole("button", { name: "Show all 2,000,000 characters" }).click();
    await page.getByText("HERE").first().waitFor();
  });

  it("right to left, emoji and marks of direction: as they are, and apart from what stands around them", async () => {
    const page = await open("odd");
    const value = grid(page).getByText(RTL).first();
    await value.waitFor();
    expect(await value.evaluate((element) => element.closest("bdi")?.textContent)).toBe(RTL);
    await grid(page).getByText(FAMILY).first().waitFor();
    expect(await grid(page).textContent()).not.toContain("\u202e");
    await grid(page).getByText("⟨U+202E⟩").first().waitFor();
  });

  it("hostile text in rows, names and comments stays text on every page", async () => {
    const patch = patches["odd"] ?? "";
    const target = "prod:odd:*";
    const title = `${IMAGE} ${SCRIPT}`;
    const { id: review } = await world.ask("ann", "POST", "/reviews", {
      title,
      description: title,
      definition: { name: "apply", kind: "apply", patch, target },
    });
    const anchor = { table: IMAGE, key: "3", column: "<b>value</b>" };
    await world.ask("ann", "POST", `/reviews/${review}/comments`, { body: SCRIPT + IMAGE, anchor });
    const { id: job } = await world.ask("ann", "POST", "/jobs", {
      name: "odd",
      description: title,
      kind: "diff",
      source: "stage:odd:*",
      target,
    });
    const { id: run } = await world.ask("ann", "POST", `/jobs/${job}/run?wait=60`);
    const page = await open("odd");
    await grid(page).getByText(SCRIPT).first().waitFor();
    const pages = [
      `/patches/${patch}`,
      `/patches/${patch}?tab=sql`,
      "/reviews",
      `/reviews/${review}`,
      `/reviews/${review}?tab=discussion`,
      "/jobs",
      `/jobs/${job}`,
      `/jobs/${job}/edit`,
      `/runs/${run}`,
      "/",
    ];
    for (const path of pages) {
      await page.goto(world.server.url + path);
      await settled(page);
      expect(await page.title(), path).not.toBe("owned");
      expect(await page.locator("main img[src='x'], main script, main iframe").count(), path).toBe(0);
    }
    await page.goto(`${world.server.url}/reviews/${review}`);
    await page.getByRole("heading", { level: 1, name: IMAGE }).waitFor();
  });

  it("a narrow window and a wish for less motion are kept to", async () => {
    const page = await open("odd", { viewport: { width: 390, height: 844 }, reducedMotion: true });
    expect(await overflowOf(page)).toBe(0);
    await page.setViewportSize({ width: 1280, height: 800 });
    await grid(page).getByRole("row").nth(1).click();
    const moving = await page.evaluate(
      () =>
        document.getAnimations().filter((each) => Number(each.effect?.getComputedTiming().duration) > 1)
          .length,
    );
    expect(moving).toBe(0);
    expect(await overflowOf(page)).toBe(0);
  });
});
